/// What a collection is called: one that somebody shares with the name of whose it is, since what people have first is called the same
/// with everybody.
pub(crate) fn name_with(name: &str, owner: Option<&str>) -> String {
    owner.map_or_else(|| name.to_owned(), |owner| format!("{name}（{owner}）"))
}
