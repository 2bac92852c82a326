use ldap3_proto::proto::{LdapFilter, LdapMatchingRuleAssertion, LdapResultCode, LdapSubstringFilter};

use super::{
    Check, Condition,
    matching::{Needle, Piece, Place},
};
use crate::{
    fault::LdapFault,
    schema::{Description, Matching},
    settings::Limits,
};

/// The rules by which values are compared anyway.
const RULES: [&str; 4] = ["caseIgnoreMatch", "2.5.13.2", "telephoneNumberMatch", "2.5.13.20"];

/// Understands a filter, unless it is larger than a filter may be.
pub(crate) fn read(filter: &LdapFilter, limits: &Limits) -> Result<Condition, LdapFault> {
    let mut reader = Reader { terms: limits.filter_terms };
    reader.condition(filter, limits.filter_depth)
}

/// The condition that an attribute has a value.
pub(crate) fn equality(attribute: &str, value: &str) -> Condition {
    of(attribute, |matching| Needle::whole(matching, value).map(Check::Equal))
}

struct Reader {
    /// How many terms may follow.
    terms: usize,
}

impl Reader {
    fn condition(&mut self, filter: &LdapFilter, depth: usize) -> Result<Condition, LdapFault> {
        let too_large = || LdapFault::Refused(LdapResultCode::AdminLimitExceeded, "the filter is too large");
        self.terms = self.terms.checked_sub(1).ok_or_else(too_large)?;
        let below = depth.checked_sub(1).ok_or_else(too_large)?;
        Ok(match filter {
            LdapFilter::And(all) => Condition::All(self.conditions(all, below)?),
            LdapFilter::Or(any) => Condition::Any(self.conditions(any, below)?),
            LdapFilter::Not(filter) => Condition::Not(Box::new(self.condition(filter, below)?)),
            LdapFilter::Equality(attribute, value) => equality(attribute, value),
            LdapFilter::Substring(attribute, pieces) => substrings(attribute, pieces),
            LdapFilter::GreaterOrEqual(attribute, value) => ordered(attribute, value, Check::AtLeast),
            LdapFilter::LessOrEqual(attribute, value) => ordered(attribute, value, Check::AtMost),
            LdapFilter::Present(attribute) => of(attribute, |_| Some(Check::Present)),
            LdapFilter::Approx(attribute, value) => approx(attribute, value),
            LdapFilter::Extensible(assertion) => extensible(assertion),
        })
    }

    fn conditions(&mut self, filters: &[LdapFilter], depth: usize) -> Result<Vec<Condition>, LdapFault> {
        filters.iter().map(|filter| self.condition(filter, depth)).collect()
    }
}

/// A condition on an attribute; Undefined when there is no such attribute, or what is asked of it cannot be.
fn of(attribute: &str, check: impl FnOnce(Matching) -> Option<Check>) -> Condition {
    let Some(description) = Description::read(attribute) else { return Condition::Undefined };
    match check(description.kind.matching) {
        Some(check) => Condition::Attribute(description, check),
        None => Condition::Undefined,
    }
}

fn substrings(attribute: &str, filter: &LdapSubstringFilter) -> Condition {
    let pieces = filter.initial.iter().map(|text| (Place::Start, text));
    let pieces = pieces.chain(filter.any.iter().map(|text| (Place::Anywhere, text)));
    let pieces = pieces.chain(filter.final_.iter().map(|text| (Place::End, text)));
    // A phone that has nothing to look for yet sends `*` and nothing: that asks for no more than that there is a value.
    let mut pieces = pieces.filter(|(_, text)| !text.trim().is_empty()).peekable();
    if pieces.peek().is_none() {
        return of(attribute, |_| Some(Check::Present));
    }
    of(attribute, |matching| {
        let piece =
            |(place, text): (Place, &String)| Some(Piece { place, needle: Needle::piece(matching, text)? });
        pieces.map(piece).collect::<Option<Vec<_>>>().map(Check::Pieces)
    })
}

/// What sounds or looks alike: all words, wherever they stand.
fn approx(attribute: &str, value: &str) -> Condition {
    let word = |word: &str| {
        of(attribute, |matching| {
            let needle = Needle::piece(matching, word)?;
            Some(Check::Pieces(vec![Piece { place: Place::Anywhere, needle }]))
        })
    };
    let words: Vec<Condition> = value.split_whitespace().map(word).collect();
    if words.is_empty() { Condition::Undefined } else { Condition::All(words) }
}

fn ordered(attribute: &str, value: &str, check: impl FnOnce(Needle) -> Check) -> Condition {
    of(attribute, |matching| match matching {
        Matching::Name | Matching::Text => Needle::whole(matching, value).map(check),
        Matching::Number | Matching::Word | Matching::Dn | Matching::Picture => None,
    })
}

fn extensible(assertion: &LdapMatchingRuleAssertion) -> Condition {
    let known = assertion
        .matching_rule
        .as_ref()
        .is_none_or(|rule| RULES.iter().any(|known| known.eq_ignore_ascii_case(rule)));
    match &assertion.type_ {
        Some(attribute) if known && !assertion.dn_attributes => equality(attribute, &assertion.match_value),
        _ => Condition::Undefined,
    }
}
