#!/usr/bin/env python3
"""The demo: three authorities as separate processes on this machine share real documents.

Every line it prints is something that was just observed, and every expectation is checked: the
first one that does not hold ends the story with exit code 1 and says what was seen instead.
"""
import argparse
import itertools
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from authority import Authority, StoryBroken, free_ports
import expectations
from expectations import DOCUMENTS, PEERINGS, POLICY_TESTS
import stranger

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE_ALERT = HERE.parents[2] / "shared" / "samples" / "cap" / "cap12-hsas-43b080713727.cap"
OWN_ALERT = HERE / "corpus" / "barbados-storm-alert.cap"
DELIVERY_SECONDS = 60


def say(text=""):
    print(text, flush=True)


NUMBERS = itertools.count(1)


def chapter(title):
    say()
    say(f"{next(NUMBERS)}. {title}")


def expect(condition, what, seen=""):
    if not condition:
        raise StoryBroken(f"{what}\n   seen: {seen}" if seen else what)


def set_up(options, home, authorities):
    """Three nodes, each with its own keys, encrypted store and process."""
    chapter("Three authorities, each with its own node")
    ports = free_ports(3)
    for port, (name, display, country) in zip(ports, [
            ("mombasa-port", "Mombasa Port Police", "KE"),
            ("rio-port", "Polícia Portuária do Rio de Janeiro", "BR"),
            ("barbados-border", "Barbados Airport and Border Police", "BB")]):
        authority = Authority(name, display, country, port, home, options.fairway, options.fairwayd)
        authorities[name] = authority  # before it runs, so that it is stopped whatever happens
        authority.init()
        authority.start()
        say(f"   {display:38} {name:16} 127.0.0.1:{port}  up, store encrypted")


def introduce(authorities):
    """Each pair meets by invitation; two people compare six words; both confirm."""
    chapter("They meet: an invitation, a telephone call, six words")
    for inviter, invited, said_by_inviter, said_by_invited in PEERINGS:
        a, b = authorities[inviter], authorities[invited]
        invitation = a.home / f"{invited}.fwinvite"
        a.run("peer", "invite", invited, "--out", str(invitation))
        joined = b.json("peer", "accept", str(invitation), "--name", inviter)
        words_b = joined["check_words"]
        words_a = a.json("peer", "show", invited)["check_words"]
        expect(words_a == words_b and len(words_a) == 6,
               f"{inviter} and {invited} should read the same six words", f"{words_a} / {words_b}")
        say(f"   {inviter} <-> {invited}:  {'  '.join(words_a)}")
        third = next(t for n, t in authorities.items() if n not in (inviter, invited))
        again = third.fails("peer", "accept", str(invitation), "--name", "found-letter")
        expect("FW-PEER-" in again, "a second answer to one invitation should be refused", again)
        a.run("peer", "confirm", invited, "--words", " ".join(words_b))
        b.run("peer", "confirm", inviter, "--words", " ".join(words_a))
        a.run("peer", "set", invited, *said_by_inviter)
        b.run("peer", "set", inviter, *said_by_invited)
    for authority in authorities.values():
        authority.wait_connected(2, DELIVERY_SECONDS)
    say("   all connected: TLS 1.3, keys pinned, no certificate authority anywhere")


def adopt_policies(authorities):
    """Each administrator checks, tests and applies a policy; a broken one changes nothing."""
    chapter("Each decides for itself what leaves: three policies and their tests")
    for name, authority in authorities.items():
        path = HERE / "policies" / f"{name}.fpol"
        authority.run("policy", "check", str(path))
        tested = authority.json("policy", "test", str(path))
        expect(tested["failed"] == 0 and tested["passed"] == POLICY_TESTS[name],
               f"{name}: {POLICY_TESTS[name]} policy tests should pass", str(tested))
        applied = authority.json("policy", "apply", str(path), "--reason", "demo", "--yes")
        say(f"   {name:16} {path.name:22} {tested['passed']} tests pass, "
            f"{applied['rules']} rules in force as version {applied['number']}")
    broken = authorities["mombasa-port"].home / "broken.fpol"
    broken.write_text((HERE / "policies" / "mombasa-port.fpol").read_text().replace("AMBER", "AMBR", 1))
    mombasa = authorities["mombasa-port"]
    before = mombasa.json("policy", "show")["number"]
    refusal = mombasa.fails("policy", "apply", str(broken), "--reason", "typo", "--yes")
    expect("AMBER" in refusal and mombasa.json("policy", "show")["number"] == before,
           "a policy with an error should change nothing", refusal)
    say("   a policy with a typo (AMBR) was refused, with the line and the right word; nothing changed")


def settle(author, ref, wanted):
    """Waits until every expected delivery is confirmed by a signed receipt."""
    deadline = time.monotonic() + DELIVERY_SECONDS
    while True:
        copies = {copy["peer"]: copy for copy in author.json("where", ref)["peers"]}
        if all(copies.get(peer, {}).get("state") == state for peer, (state, _) in wanted.items()):
            return copies
        if time.monotonic() > deadline:
            raise StoryBroken(f"{ref}: expected {wanted}\n   seen: " + "; ".join(
                f"{p} {c['state']} by {c['rule']} {c.get('code', '')}" for p, c in copies.items()))
        time.sleep(0.05)


def reason(copy):
    place = f" ({copy['file']}:{copy['line']})" if copy.get("file") else ""
    return f"{copy['rule']}{place}"


def publish(authorities, document, elsewhere=()):
    """Publishes one document and shows who received it by which rule, and who did not and why.
    Whom `elsewhere` names may have it from somebody else."""
    author = authorities[document.author]
    begun = time.monotonic()
    arguments = ["publish", str(document.path), "--yes", *document.arguments]
    published = author.json(*arguments)
    ref = published["ref"]
    copies = settle(author, ref, document.expected)
    took = time.monotonic() - begun
    shown = author.json("show", ref)["summary"]
    say()
    say(f"   * {author.display}: {shown['title']}")
    say(f"     {ref}  {shown['mode'].upper()}  {shown['tlp']}  {shown['kind']}, {shown['precedence']}"
        f"  ({took:.1f} s until every receipt was in)")
    for peer, (state, rule) in document.expected.items():
        copy = copies[peer]
        expect(copy["rule"] == rule, f"{ref} to {peer} should be decided by {rule}", str(copy))
        if state == "delivered":
            without = f", without {', '.join(copy['redacted'])}" if copy.get("redacted") else ""
            say(f"       ->  {peer:16} has it, signed receipt   {reason(copy)}{without}")
            theirs = authorities[peer].json("show", ref)
            expect(theirs["signature"] == "verified",
                   f"{peer} should verify the signature of {document.author} on {ref}", str(theirs))
        else:
            say(f"        x  {peer:16} does not have it        {reason(copy)}: {copy['because']}")
            if peer not in elsewhere:
                missing = authorities[peer].fails("show", ref)
                expect("FW-" in missing, f"{peer} should not know {ref}", missing)
    document.ref = ref
    return ref


def tell_documents(authorities):
    chapter(f"{len(DOCUMENTS)} documents in four languages: who received each, by which rule; who did not, and why")
    for document in DOCUMENTS:
        publish(authorities, document)


def show_redaction(authorities):
    """One signed item, two recipients: one with the source, one without; both verify it."""
    chapter("The same signed bulletin, with and without its source")
    ref = DOCUMENTS[0].ref
    rio = authorities["rio-port"].json("show", ref)
    barbados = authorities["barbados-border"].json("show", ref)
    labels = {who: {field["label"] for field in item["fields"]}
              for who, item in (("rio", rio), ("barbados", barbados))}
    expect("source.identity" in labels["rio"], "rio-port should see the source", str(labels["rio"]))
    expect(not any(label.startswith("source.") for label in labels["barbados"]),
           "barbados-border must not see the source", str(labels["barbados"]))
    expect(rio["signature"] == barbados["signature"] == "verified", "both should verify")
    expect(rio["summary"]["object_id"] == barbados["summary"]["object_id"],
           "both should hold the same signed object")
    say(f"   {ref} at rio-port:         signature of mombasa-port verified, source present")
    say(f"   {ref} at barbados-border:  signature of mombasa-port verified, source absent; "
        "nothing was signed again")


def look_before_a_change(authorities, home):
    """What a change of policy would do is told exactly before it is made, and it is not made."""
    chapter("A change of policy, looked at before it is made")
    mombasa, before = authorities["mombasa-port"], "with    strip source, hops 0"
    text = (HERE / "policies" / "mombasa-port.fpol").read_text()
    expect(before in text, "the policy of Mombasa should strip the source")
    wider = home / "wider.fpol"
    wider.write_text(text.replace(before, "with    hops 0", 1))
    number = mombasa.json("policy", "show")["number"]
    looked = mombasa.call("policy", "preview", str(wider), "-o", "json")
    expect(looked.returncode == 1, "a policy that fails its own test could not be applied", looked.stderr)
    preview = json.loads(looked.stdout)
    change = next((c for c in preview["changes"] if c["peer"] == "barbados-border"), None)
    expect(change and "source.identity" in change["new_fields"],
           "Barbados would see the source", str(preview["changes"]))
    say(f"   somebody forgets two words, strip source.  Over {preview['items']} items and "
        f"{preview['peers']} peers:")
    say(f"     barbados-border would see more of {change['more_fields']}: "
        f"{', '.join(change['new_fields'])}")
    failed = [test["name"] for test in preview["failed_tests"]]
    own_test = "Barbados gets it without the source"
    expect(own_test in failed, "its own test should fail", str(failed))
    say(f"     its own test says so too: \"{own_test}\" fails; it cannot be applied")
    proof = mombasa.json("policy", "prove", str(wider))
    expect(proof["gain_registered"]["answer"] == "never"
           and "barbados-border" in proof["fields_registered"]["peers"],
           "the proof should find more fields and no new item", str(proof))
    say("     for every item there could ever be: nobody gets a new one, Barbados sees more of some")
    expect(mombasa.json("policy", "show")["number"] == number, "nothing should have changed")


def pass_on(authorities):
    """Rio hands on what Mombasa allows, and nothing else, although its policy would."""
    chapter("Passed on, because its author allows it; kept, because he does not")
    rio, barbados = authorities["rio-port"], authorities["barbados-border"]
    for document, state, rule in ((expectations.PASSED_ON, "delivered", "yachts-passed-on"),
                                  (expectations.KEPT, "withheld", "P5")):
        ref = publish(authorities, document, elsewhere=("barbados-border",))
        copy = settle(rio, ref, {"barbados-border": (state, rule)})["barbados-border"]
        expect(copy["rule"] == rule, f"rio-port should decide by {rule}", str(copy))
        if state == "delivered":
            shown = barbados.json("show", ref)
            expect(shown["signature"] == "verified" and shown["received_from"] == "rio-port"
                   and shown["summary"]["origin"] == "mombasa-port",
                   "barbados-border should hold Mombasa's own signed bulletin, from rio-port", str(shown))
            say(f"       => rio-port passes it on to barbados-border by {reason(copy)}; "
                "Mombasa's signature verifies there")
        else:
            expect("FW-" in barbados.fails("show", ref), f"barbados-border should not know {ref}")
            say(f"       =x rio-port may not pass it on: {copy['rule']}, {copy['because']}")


def correct(authorities):
    """A wrong number is corrected; the first version is nobody's truth any more."""
    chapter("A mistake is corrected")
    mombasa = authorities["mombasa-port"]
    ref = publish(authorities, expectations.WRONG)
    mombasa.run("revise", ref, str(HERE / "corpus" / expectations.CORRECTED), "--yes")
    settle(mombasa, ref, expectations.WRONG.expected)
    for name in ("rio-port", "barbados-border"):
        shown = authorities[name].json("show", ref)
        containers = [f["text"] for f in shown["fields"] if f["label"].startswith("container.number")]
        expect(shown["summary"]["revision"] == 2 and containers == ["TGHU7584937"],
               f"{name} should have the corrected number", str(shown))
        say(f"       ->  {name:16} has revision 2: stop container {containers[0]}")


def refuse_bad_input(authorities, home):
    """What an officer gets wrong costs nothing: a clear error, nothing stored."""
    chapter("Mistakes are caught before anything is stored")
    mombasa = authorities["mombasa-port"]
    before = len(mombasa.items("list", "--limit", "500"))
    head = 'kind = "bulletin"\ntitle = "Trial"\naudience = ["ANY-MEMBER"]\ncontains = []\n'
    red = "+++\n" + head + 'tlp = "RED"\n+++\nText.\n'
    trials = [
        ("TLP:RED without named recipients", "red.md", red),
        ("an IMO number with a wrong check digit", "imo.md",
         "+++\n" + head + 'tlp = "GREEN"\nvessel_imo = ["9074728"]\n+++\nText.\n'),
        ("two TLP markings", "two.md", "+++\n" + head + 'tlp = "GREEN"\ntlp = "RED"\n+++\nText.\n'),
        ("an unknown word in the front matter", "key.md",
         "+++\n" + head + 'tlp = "GREEN"\nprecedense = "flash"\n+++\nText.\n'),
        ("a CAP alert with a DOCTYPE", "xxe.cap",
         '<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
         '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>'),
    ]
    for what, name, text in trials:
        path = home / name
        path.write_text(text)
        extra = ["--tlp", "GREEN"] if name.endswith(".cap") else []
        error = mombasa.fails("publish", str(path), "--yes", *extra)
        first = error.strip().splitlines()[0]
        expect(first.startswith("error[FW-"), f"{what} should give a Fairway error", error)
        say(f"   {what}:\n       {first}")
    after = len(mombasa.items("list", "--limit", "500"))
    expect(before == after, "a refused document must leave nothing behind", f"{before} / {after}")


def survive_a_kill(authorities):
    """kill -9 in the middle; the others go on; it catches up alone, the most urgent first."""
    chapter("A node dies while others publish; what is urgent arrives first")
    barbados, mombasa, rio = (authorities[n] for n in ("barbados-border", "mombasa-port", "rio-port"))
    barbados.kill()
    say("   kill -9 barbados-border")
    waiting = []
    for author in (mombasa, rio):
        for path in expectations.backlog(HERE / "corpus", author.name):
            ref = author.json("publish", str(path), "--yes")["ref"]
            copies = {copy["peer"]: copy for copy in author.json("where", ref)["peers"]}
            expect(copies["barbados-border"]["state"] == "pending",
                   f"{path.name} should wait for barbados-border", str(copies))
            waiting.append((author, ref))
    say(f"   Mombasa and Rio publish on: {len(waiting)} documents wait for barbados-border")
    flash = mombasa.json("publish", str(HERE / "corpus" / expectations.FLASH.name), "--yes")["ref"]
    settle(mombasa, flash, {"rio-port": expectations.FLASH.expected["rio-port"]})
    say(f"   then, last of all, Mombasa sends {flash}: FLASH, armed boarding in progress")
    before = {item["ref"] for item in rio.items("inbox", "--limit", "500")}
    expect(flash in before, "rio-port should have the flash alert at once", str(before))
    sound = subprocess.run([HERE.parent / "fsck", barbados.data, *barbados.unlock],
                           capture_output=True, text=True)
    expect(sound.returncode == 0, "tools/fsck should find the killed node's database whole",
           sound.stdout + sound.stderr)
    say("   tools/fsck reads the dead node's disk with code of its own: every page, signature and chain holds")
    barbados.start()
    begun = time.monotonic()
    for author, ref in [*waiting, (mombasa, flash)]:
        settle(author, ref, {"barbados-border": ("delivered", None)})
    took = time.monotonic() - begun
    listed = [item["ref"] for item in barbados.items("inbox", "--limit", "500")]  # newest first
    for _, ref in [*waiting, (mombasa, flash)]:
        expect(listed.count(ref) == 1, f"barbados-border should have {ref} exactly once", str(listed))
    from_mombasa = [ref for author, ref in waiting if author is mombasa]
    expect(all(listed.index(flash) > listed.index(ref) for ref in from_mombasa),
           "the flash alert should have arrived before everything that waited longer", str(listed))
    say(f"   barbados-border is back: {len(waiting) + 1} of {len(waiting) + 1} arrived, each once, {took:.1f} s "
        "after its start;")
    say(f"   the flash alert, published last, came first of all {len(from_mombasa) + 1} from Mombasa")
    own = [barbados.json("publish", str(path), "--yes")["ref"]
           for path in expectations.backlog(HERE / "corpus", barbados.name)]
    for ref in own:
        settle(barbados, ref, {"mombasa-port": ("delivered", None), "rio-port": ("delivered", None)})
    say(f"   and its own officers go on: {len(own)} documents to both others, each confirmed")


def take_back(authorities):
    """A recall: confirmed by who is there, waiting for who is not, confirmed when he returns."""
    chapter("Sent by mistake: a recall, until the last copy is gone")
    mombasa, rio, barbados = (authorities[n] for n in ("mombasa-port", "rio-port", "barbados-border"))
    ref = publish(authorities, expectations.NAMES_A_SOURCE)
    name = expectations.NAME_THAT_MUST_GO
    for reader in (rio, barbados):
        expect(name in reader.run("show", ref), f"{reader.name} should have read the name")
    barbados.kill()
    say("   it names a source. Two recipients have read it; the node of barbados-border is down")
    mombasa.run("recall", ref, "--purge", "--reason", "source-protection", "--yes")
    copies = settle(mombasa, ref, {"rio-port": ("recalled", None), "barbados-border": ("recall-waiting", None)})
    say(f"   fairway recall {ref} --purge --reason source-protection")
    say("       ->  rio-port         erased it, signed receipt")
    say(f"       ..  barbados-border  is waited for: {copies['barbados-border']['because']}")
    expect(name not in rio.run("show", ref) and name not in mombasa.run("show", ref),
           "the name should be gone at rio-port and at home")
    barbados.start()
    begun = time.monotonic()
    settle(mombasa, ref, {"rio-port": ("recalled", None), "barbados-border": ("recalled", None)})
    expect(name not in barbados.run("show", ref), "the name should be gone at barbados-border")
    say(f"       ->  barbados-border  is back and erased it, signed receipt ({time.monotonic() - begun:.1f} s "
        "after its start)")


def refuse_a_stranger(authorities):
    chapter("A stranger knocks")
    mombasa = authorities["mombasa-port"]
    outcome = stranger.knock(mombasa.port, mombasa.home)
    expect(not outcome.accepted, "a key that is not pinned must be refused", outcome.said)
    leaf = mombasa.wait_for_event("peer.refused", DELIVERY_SECONDS)
    say(f"   a self-made key was refused in the handshake; recorded as audit entry {leaf['seq']}: "
        f"{leaf['reason']}")
    old = stranger.knock(mombasa.port, mombasa.home, tls12=True)
    expect(not old.accepted, "TLS 1.2 must be refused", old.said)
    say("   a TLS 1.2 client was refused")


def prove(authorities, home):
    chapter("Proof")
    for name, authority in authorities.items():
        verified = authority.json("audit", "verify")
        expect(verified["ok"], f"{name}: the audit log should verify", str(verified))
        authority.run("doctor")
        say(f"   {name:16} audit log of {verified['log_size']} entries verified from its bytes")
    marker = "MANGROVE".encode()
    for path in home.rglob("*"):
        if path.is_file() and not path.name.endswith((".md", ".cap", ".fpol")):
            expect(marker not in path.read_bytes(), f"{path} holds the source's name in the clear")
    say("   the name of the source stands in no file of any node in the clear")


def stay_up(authorities, options):
    mombasa = authorities["mombasa-port"]
    ref = DOCUMENTS[0].ref
    say()
    say("Everything held. The three nodes stay up; try, in another terminal:")
    say(f"   alias fairway={options.fairway}")
    for line in (f"inbox --data {authorities['rio-port'].data}",
                 f"show {ref} --data {authorities['barbados-border'].data}",
                 f"where {ref} --data {mombasa.data}",
                 f"policy explain {ref} --peer barbados-border --data {mombasa.data}",
                 f"peer list --data {mombasa.data}",
                 f"audit list --data {mombasa.data}"):
        say(f"   fairway {line}")
    say("Stop with Ctrl-C. Everything is in .demo and is made anew next time.")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    say()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fairway", required=True, type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--fairwayd", required=True, type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--home", required=True, type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--once", action="store_true", help="stop after the story")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    shutil.rmtree(options.home, ignore_errors=True)
    options.home.mkdir(parents=True)
    for document in expectations.EVERYTHING:
        document.find(HERE / "corpus", SAMPLE_ALERT, OWN_ALERT)
    say("Fairway: three authorities share under policy. Each line below was checked as it was printed.")
    authorities = {}
    begun = time.monotonic()
    try:
        set_up(options, options.home, authorities)
        introduce(authorities)
        adopt_policies(authorities)
        tell_documents(authorities)
        show_redaction(authorities)
        look_before_a_change(authorities, options.home)
        pass_on(authorities)
        correct(authorities)
        refuse_bad_input(authorities, options.home)
        survive_a_kill(authorities)
        take_back(authorities)
        refuse_a_stranger(authorities)
        prove(authorities, options.home)
        say()
        say(f"The story held line by line, in {time.monotonic() - begun:.0f} s.")
        if not options.once:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            stay_up(authorities, options)
        return 0
    except StoryBroken as broken:
        print(f"\ndemo: error: {broken}", file=sys.stderr)
        for authority in authorities.values():
            print(f"   → {authority.log}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted; nodes stopped", file=sys.stderr)
        return 130
    finally:
        for authority in authorities.values():
            authority.stop()


if __name__ == "__main__":
    sys.exit(main())
