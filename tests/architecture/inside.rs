//! The arrows inside the rooms: of two modules side by side, one names the
//! other, or neither does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, UseTree};

use super::{is_test, sources};

/// A module's path from the crate's root.
type Module = Vec<String>;

/// Between these the arrows run both ways, for a reason: a diagnostic bears the
/// name of its rule, and the catalogue, in which the names are, has each
/// rule's function, which makes diagnostics.
const ROUND: [(&str, &str); 1] = [("lint", "rules")];

/// What the code of a module names, tests left out.
struct Names {
    module: Module,
    named: BTreeSet<Module>,
}

impl Names {
    fn add(&mut self, path: &[String]) {
        let above = path.iter().take_while(|part| *part == "super").count();
        let (base, rest) = match path.first().map(String::as_str) {
            Some("crate") => (&[][..], &path[1..]),
            Some("super") if above <= self.module.len() => {
                (&self.module[..self.module.len() - above], &path[above..])
            }
            _ => return,
        };
        self.named.insert([base, rest].concat());
    }

    fn add_tree(&mut self, before: &mut Vec<String>, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.add_tree(before, &path.tree);
                before.pop();
            }
            UseTree::Name(name) => self.add_name(before, name.ident.to_string()),
            UseTree::Rename(name) => self.add_name(before, name.ident.to_string()),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(before, tree);
                }
            }
        }
    }

    fn add_name(&mut self, before: &[String], name: String) {
        self.add(&[before, &[name]].concat());
    }
}

fn is_of_tests(attributes: &[Attribute]) -> bool {
    let mut lists = attributes
        .iter()
        .filter_map(|it| it.meta.require_list().ok());
    lists.any(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_of_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<_> = path
            .segments
            .iter()
            .map(|it| it.ident.to_string())
            .collect();
        self.add(&parts);
        visit::visit_path(self, path);
    }
}

/// Every module with what it names.
fn modules() -> BTreeMap<Module, BTreeSet<Module>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&source).into_iter().filter(|path| !is_test(path));
    let module = |path: &Path| -> Module {
        let path = path.strip_prefix(&source).unwrap().with_extension("");
        path.iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .collect()
    };
    let read = |path: std::path::PathBuf| {
        let mut names = Names {
            module: module(&path),
            named: BTreeSet::new(),
        };
        let text = fs::read_to_string(&path).unwrap();
        names.visit_file(&syn::parse_file(&text).unwrap());
        (names.module, names.named)
    };
    files.map(read).collect()
}

/// Which children of `room` name which others, whether in their own file or in
/// one below.
fn arrows(
    room: &[String],
    modules: &BTreeMap<Module, BTreeSet<Module>>,
) -> BTreeMap<String, BTreeSet<String>> {
    let inside = |path: &Module| {
        path.strip_prefix(room)
            .and_then(|rest| rest.first().cloned())
    };
    let children: BTreeSet<String> = modules.keys().filter_map(inside).collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, named) in modules {
        let Some(from) = inside(module) else { continue };
        let to = named.iter().filter_map(inside);
        let to = to.filter(|to| *to != from && children.contains(to));
        arrows.entry(from.clone()).or_default().extend(to);
    }
    arrows
}

/// Takes out, again and again, who names nobody that is left; what remains
/// names itself in the end.
fn rounds(mut arrows: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    loop {
        let left: BTreeSet<String> = arrows.keys().cloned().collect();
        arrows.retain(|_, to| to.iter().any(|to| left.contains(to)));
        if arrows.len() == left.len() {
            return left.into_iter().collect();
        }
    }
}

#[test]
fn modules_side_by_side_do_not_name_each_other() {
    let modules = modules();
    let rooms: BTreeSet<Module> = modules
        .keys()
        .map(|module| module[..module.len() - 1].to_vec())
        .collect();
    assert!(rooms.len() > 20, "{rooms:?}");
    for room in rooms {
        let mut arrows = arrows(&room, &modules);
        let name = room.join("::");
        for (_, excepted) in ROUND.iter().filter(|(of, _)| *of == name) {
            assert!(rounds(arrows.clone()).contains(&(*excepted).to_owned()));
            arrows.remove(*excepted);
        }
        assert_eq!(rounds(arrows), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_round_is_found() {
    let arrows = |pairs: &[(&str, &str)]| {
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for &(from, to) in pairs {
            arrows.entry(from.into()).or_default().insert(to.into());
            arrows.entry(to.into()).or_default();
        }
        arrows
    };
    assert!(rounds(arrows(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    let found = rounds(arrows(&[("a", "b"), ("b", "c"), ("c", "b")]));
    assert_eq!(found, ["a", "b", "c"]);
}
