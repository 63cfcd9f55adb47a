#ifndef FAIRWAY_POLICY_LANGUAGE_RECOVERY_H_
#define FAIRWAY_POLICY_LANGUAGE_RECOVERY_H_

#include <span>
#include <string>
#include <string_view>

#include "policy/language/token_stream.h"

// Where to go on after a word that cannot be read, so that one bad word does not hide the next.
namespace fairway::policy {

// The words that begin a declaration: policy, set, permit, forbid, require, test, guarantee,
// budget.
std::span<const std::string> DeclarationWords();

bool IsDeclarationWord(const Token& token);

// A declaration, or a word at the left margin that was probably meant to begin one.
bool StartsDeclaration(const Token& token);

// Does a clause of a rule, test or guarantee begin here? Some clause words may stand inside a
// clause too, so those count at the start of a line only.
bool StartsClause(const Token& token);

void SkipToDeclaration(TokenStream& tokens);
void SkipToClause(TokenStream& tokens);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_RECOVERY_H_
