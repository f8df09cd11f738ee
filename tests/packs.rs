use jishi::packs;
#[test]
fn the_built_in_pack_loads() {
    let loaded = packs::builtin_pack("cn-cac-2025").unwrap();
    if let Err(problems) = &loaded {
        panic!("{problems}");
    }
}
