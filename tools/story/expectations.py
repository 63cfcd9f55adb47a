"""What the demo expects: who meets whom, what each says of the other, and where each document goes."""
import dataclasses
import pathlib

CHARTER = "INTERPORT-CHARTER"

MOMBASA = ("--country", "KE", "--type", "port-police", "--tier", "1", "--agreements", CHARTER,
           "--controls", "receipts")
RIO = ("--country", "BR", "--type", "port-police", "--tier", "2", "--agreements",
       f"{CHARTER},ATLANTIC-CORRIDOR", "--controls", "receipts")
BARBADOS = ("--country", "BB", "--type", "airport-police", "--tier", "2", "--agreements",
            f"{CHARTER},ATLANTIC-CORRIDOR", "--controls", "receipts")

# inviter, invited, what the inviter says of the invited, what the invited says of the inviter
PEERINGS = [
    ("mombasa-port", "rio-port", RIO, MOMBASA),
    ("mombasa-port", "barbados-border", BARBADOS, MOMBASA),
    ("rio-port", "barbados-border", BARBADOS, RIO),
]

POLICY_TESTS = {"mombasa-port": 7, "rio-port": 3, "barbados-border": 2}


@dataclasses.dataclass
class Document:
    author: str
    name: str
    expected: dict  # peer -> (state, deciding rule)
    arguments: tuple = ()
    path: pathlib.Path = None
    ref: str = ""

    def find(self, corpus, sample_alert, own_alert):
        """The CAP alert is a real one where the samples are there, else one of our own."""
        if self.name == "CAP":
            self.path = sample_alert if sample_alert.exists() else own_alert
        else:
            self.path = corpus / self.name


def delivered(rule):
    return ("delivered", rule)


def withheld(rule):
    return ("withheld", rule)


M, R, B = "mombasa-port", "rio-port", "barbados-border"

DOCUMENTS = [
    Document(M, "mombasa-reefer-cocaine.md",
             {R: delivered("reefer-liaison"), B: delivered("drugs-without-the-source")}),
    Document(R, "rio-fugitive-in-transit.md",
             {B: delivered("fugitives-in-transit"), M: withheld("P3")}),
    Document(B, "barbados-arrest-within-48-hours.md",
             {R: delivered("answers-to-rio"), M: withheld("P3")}),
    Document(B, "barbados-lesson-transit-list.md",
             {M: delivered("green-for-members"), R: delivered("green-for-members")}),
    Document(M, "mombasa-wildlife-red-flags.md",
             {R: delivered("wildlife-to-all-members"), B: delivered("wildlife-to-all-members")}),
    Document(M, "mombasa-faune-signaux.md",
             {R: delivered("wildlife-to-all-members"), B: delivered("wildlife-to-all-members")}),
    Document(R, "rio-cadernetas-falsas.md",
             {M: delivered("seafarers-books-to-ports"), B: withheld("default")}),
    Document(R, "rio-precintos-clonados.md",
             {M: delivered("green-for-members"), B: delivered("green-for-members")}),
    Document(B, "barbados-drones-runway.md",
             {M: withheld("default"), R: withheld("default")}),
    Document(B, "barbados-drones-voisins.md",
             {M: delivered("green-for-members"), R: delivered("green-for-members")}),
    Document(M, "mombasa-lesson-exercise.md",
             {R: delivered("lessons-for-all"), B: delivered("lessons-for-all")}),
    Document(R, "rio-leccion-patio.md",
             {M: delivered("green-for-members"), B: delivered("green-for-members")}),
    Document(R, "rio-red-named-source.md",
             {M: delivered("red-to-the-named"), B: withheld("P2")}),
    Document(M, "mombasa-named-suspects.md",
             {R: withheld("intercepts-stay-home"), B: withheld("intercepts-stay-home")}),
    Document(B, "CAP", {M: delivered("green-for-members"), R: delivered("green-for-members")},
             arguments=("--tlp", "GREEN", "--to", "ANY-MEMBER")),
]

# Written in Mombasa, given to Rio: one that Rio may hand on once, one that it may not.
PASSED_ON = Document(M, "mombasa-yacht-network.md",
                     {R: delivered("yachts-to-rio"), B: withheld("default")})
KEPT = Document(M, "mombasa-yacht-source.md",
                {R: delivered("yachts-to-rio"), B: withheld("default")})

# A container number that was wrong, and the same bulletin with the right one.
WRONG = Document(M, "mombasa-wrong-container-number.md",
                 {R: delivered("reefer-liaison"), B: delivered("drugs-without-the-source")})
CORRECTED = "mombasa-wrong-container-number-corrected.md"

# What names somebody who must not be named, and has to come back from everywhere.
NAMES_A_SOURCE = Document(M, "mombasa-source-named-by-mistake.md",
                          {R: delivered("lessons-for-all"), B: delivered("lessons-for-all")})
NAME_THAT_MUST_GO = "BAOBAB-SEVENTEEN"

FLASH = Document(M, "mombasa-flash-armed-boarding.md",
                 {R: delivered("warnings-for-all"), B: delivered("warnings-for-all")})

EVERYTHING = [*DOCUMENTS, PASSED_ON, KEPT, WRONG, NAMES_A_SOURCE, FLASH]


def backlog(corpus, author):
    """What no other chapter tells: an author's news that waits while a node is down."""
    told = {document.name for document in EVERYTHING} | {CORRECTED}
    return [path for path in sorted(corpus.glob(author.split("-")[0] + "-*.md"))
            if path.name not in told]
