//! Which cards came of which: each may name the one before it.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::{CardError, Cards, Query, check_name, query::count};

/// How far the walk goes unless said otherwise.
const DEPTH: usize = 10;

/// Where to walk from, and how far.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    root: String,
    up: bool,
    down: bool,
    depth: usize,
    with_stats: bool,
    /// The relations that are followed; all, if none are named.
    relations: Option<Vec<Value>>,
}

impl Walk {
    /// The walk that a table says: `card_id`, `direction`, `depth`, `include_stats`, `relation_filter`.
    pub(crate) fn read(options: &Value) -> Result<Self, CardError> {
        let root = options["card_id"].as_str();
        let root = root.ok_or_else(|| CardError::refused("card_id is required"))?.to_owned();
        check_name("card_id", &root)?;
        let (up, down) = match &options["direction"] {
            Value::Null => (true, false),
            direction => match direction.as_str() {
                Some("up") => (true, false),
                Some("down") => (false, true),
                Some("both") => (true, true),
                _ => return Err(CardError::refused("direction must be 'up', 'down' or 'both'")),
            },
        };
        let relations = match &options["relation_filter"] {
            Value::Null => None,
            Value::Array(relations) => Some(relations.clone()),
            _ => return Err(CardError::refused("relation_filter must be a list")),
        };
        let with_stats = options["include_stats"] != Value::Bool(false);
        let depth = count(options, "depth")?.unwrap_or(DEPTH);
        Ok(Self { root, up, down, depth, with_stats, relations })
    }
}

/// A walk under way.
struct Tree<'a> {
    walk: &'a Walk,
    cards: HashMap<&'a str, &'a super::Found>,
    children: HashMap<&'a str, Vec<&'a str>>,
    seen: HashSet<&'a str>,
    /// The cards whose edge to their parent is there.
    linked: HashSet<&'a str>,
    nodes: Vec<Value>,
    edges: Vec<Value>,
    truncated: bool,
}

impl Cards {
    /// The cards that a card came of, or that came of it; nothing, if there is no such card.
    pub(crate) fn lineage(&self, walk: &Walk) -> Result<Option<Value>, CardError> {
        let cards = self.selected(&Query::read(&Value::Null)?)?;
        let mut tree = Tree {
            walk,
            cards: HashMap::new(),
            children: HashMap::new(),
            seen: HashSet::new(),
            linked: HashSet::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            truncated: false,
        };
        for found in &cards {
            tree.cards.entry(&found.place.id).or_insert(found);
            if let Some(parent) = found.card["metadata"]["prior_card_id"].as_str() {
                tree.children.entry(parent).or_default().push(&found.place.id);
            }
        }
        let Some((root, _)) = tree.cards.get_key_value(walk.root.as_str()) else { return Ok(None) };
        let root = *root;
        tree.visit(root, 0);
        if walk.up {
            tree.climb(root);
        }
        if walk.down {
            tree.descend(root);
        }
        let Tree { nodes, edges, truncated, .. } = tree;
        Ok(Some(json!({ "root": root, "nodes": nodes, "edges": edges, "truncated": truncated })))
    }
}

impl<'a> Tree<'a> {
    /// The parent of a card, if it is there and the walk follows this edge.
    fn parent(&self, child: &str) -> Option<&'a str> {
        let metadata = &self.cards.get(child)?.card["metadata"];
        let followed = |all: &Vec<Value>| all.contains(&metadata["prior_relation"]);
        if !self.walk.relations.as_ref().is_none_or(followed) {
            return None;
        }
        self.cards.get_key_value(metadata["prior_card_id"].as_str()?).map(|(id, _)| *id)
    }

    fn climb(&mut self, root: &'a str) {
        let (mut child, mut depth) = (root, 0);
        while let Some(parent) = self.parent(child) {
            if depth == self.walk.depth && !self.seen.contains(parent) {
                self.truncated = true;
                return;
            }
            depth += 1;
            self.edge(child, parent);
            if !self.visit(parent, -i64::try_from(depth).unwrap_or(i64::MAX)) {
                return;
            }
            child = parent;
        }
    }

    fn descend(&mut self, root: &'a str) {
        let mut level = vec![root];
        for depth in 0_usize.. {
            let mut next = Vec::new();
            for parent in level {
                for child in self.children.get(parent).cloned().unwrap_or_default() {
                    if self.parent(child) != Some(parent) {
                        continue;
                    }
                    if depth == self.walk.depth && !self.seen.contains(child) {
                        self.truncated = true;
                        continue;
                    }
                    self.edge(child, parent);
                    if self.visit(child, i64::try_from(depth + 1).unwrap_or(i64::MAX)) {
                        next.push(child);
                    }
                }
            }
            if next.is_empty() {
                return;
            }
            level = next;
        }
    }

    /// Adds a card, unless it was met before.
    fn visit(&mut self, id: &'a str, depth: i64) -> bool {
        let Some(found) = self.cards.get(id).filter(|_| self.seen.insert(id)) else { return false };
        let mut node = json!({ "card_id": id, "pkg": found.place.pkg, "depth": depth });
        let metadata = &found.card["metadata"];
        for name in ["prior_card_id", "prior_relation"] {
            if metadata[name].is_string() {
                node[name] = metadata[name].clone();
            }
        }
        if self.walk.with_stats && found.card["stats"].is_object() {
            node["stats"] = found.card["stats"].clone();
        }
        self.nodes.push(node);
        true
    }

    /// Adds the edge between a card and its parent, unless the walk came along it before.
    fn edge(&mut self, child: &'a str, parent: &str) {
        if !self.linked.insert(child) {
            return;
        }
        let mut edge = json!({ "from": child, "to": parent });
        let relation = self.cards.get(child).map(|found| &found.card["metadata"]["prior_relation"]);
        if let Some(relation @ Value::String(_)) = relation {
            edge["relation"] = relation.clone();
        }
        self.edges.push(edge);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A store with these cards, each with its parent and their relation.
    fn store(cards: &[(&str, &str, &str)]) -> (tempfile::TempDir, Cards) {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("cards/p");
        fs::create_dir_all(&folder).expect("creates");
        for (id, parent, relation) in cards {
            let text = format!(
                "created_at = '2026'\n[stats]\nn = 1\n[metadata]\nprior_card_id = '{parent}'\n\
                 prior_relation = '{relation}'"
            );
            fs::write(folder.join(format!("{id}.toml")), text).expect("writes");
        }
        let cards = Cards::new(home.path());
        (home, cards)
    }

    fn walked(cards: &Cards, options: &Value) -> (String, String, bool) {
        let walk = Walk::read(options).expect("a walk");
        let lineage = cards.lineage(&walk).expect("walks").expect("a card");
        let all = |name: &str| lineage[name].as_array().cloned().unwrap_or_default();
        let nodes: Vec<String> = all("nodes")
            .iter()
            .map(|node| format!("{}{}", node["card_id"], node["depth"]))
            .collect();
        let edges: Vec<String> =
            all("edges").iter().map(|edge| format!("{}{}", edge["from"], edge["to"])).collect();
        let plain = |texts: Vec<String>| texts.join(" ").replace('"', "");
        (plain(nodes), plain(edges), lineage["truncated"] == true)
    }

    #[test]
    fn a_walk_goes_up_and_down_as_far_as_it_is_told() {
        let (_home, cards) = store(&[
            ("a", "gone", "x"),
            ("b", "a", "tuned"),
            ("c", "b", "tuned"),
            ("d", "b", "rerun"),
            ("e", "d", "tuned"),
        ]);
        for (options, nodes, edges, truncated) in [
            (json!({ "card_id": "c" }), "c0 b-1 a-2", "cb ba", false),
            (json!({ "card_id": "c", "depth": 1 }), "c0 b-1", "cb", true),
            (json!({ "card_id": "c", "depth": 2 }), "c0 b-1 a-2", "cb ba", false),
            (json!({ "card_id": "b", "direction": "down" }), "b0 d1 c1 e2", "db cb ed", false),
            (json!({ "card_id": "b", "direction": "down", "depth": 1 }), "b0 d1 c1", "db cb", true),
            (json!({ "card_id": "d", "direction": "both" }), "d0 b-1 a-2 e1", "db ba ed", false),
            (json!({ "card_id": "d", "depth": 0 }), "d0", "", true),
            (
                json!({ "card_id": "b", "direction": "both", "relation_filter": ["tuned"] }),
                "b0 a-1 c1",
                "ba cb",
                false,
            ),
        ] {
            let expected = (nodes.to_owned(), edges.to_owned(), truncated);
            assert_eq!(walked(&cards, &options), expected, "{options}");
        }
    }

    #[test]
    fn a_cycle_ends_the_walk() {
        let (_home, cards) = store(&[("a", "b", "x"), ("b", "a", "x"), ("own", "own", "x")]);
        for (options, nodes, edges) in [
            (json!({ "card_id": "a" }), "a0 b-1", "ab ba"),
            (json!({ "card_id": "a", "direction": "down" }), "a0 b1", "ba ab"),
            (json!({ "card_id": "own", "direction": "both" }), "own0", "ownown"),
        ] {
            let expected = (nodes.to_owned(), edges.to_owned(), false);
            assert_eq!(walked(&cards, &options), expected, "{options}");
        }
    }

    #[test]
    fn a_node_has_what_its_card_says() {
        let (_home, cards) = store(&[("a", "b", "tuned"), ("b", "", "")]);
        let walk = |options: Value| {
            let walk = Walk::read(&options).expect("a walk");
            cards.lineage(&walk).expect("walks")
        };
        let lineage = walk(json!({ "card_id": "a" })).expect("a card");
        let node = json!({ "card_id": "a", "pkg": "p", "depth": 0, "prior_card_id": "b",
            "prior_relation": "tuned", "stats": { "n": 1 } });
        assert_eq!(lineage["nodes"][0], node);
        assert_eq!(lineage["edges"], json!([{ "from": "a", "to": "b", "relation": "tuned" }]));
        assert_eq!(lineage["root"], "a");
        let plain = walk(json!({ "card_id": "a", "include_stats": false })).expect("a card");
        assert!(plain["nodes"][0].get("stats").is_none());
        assert!(walk(json!({ "card_id": "none" })).is_none());
        for (options, why) in [
            (json!({}), "card_id is required"),
            (json!({ "card_id": "../a" }), "Invalid card_id name: '../a'"),
            (json!({ "card_id": "a", "direction": "left" }), "direction must be"),
            (json!({ "card_id": "a", "depth": -1 }), "depth must be"),
            (json!({ "card_id": "a", "relation_filter": "x" }), "relation_filter must be"),
        ] {
            let error = Walk::read(&options).expect_err(why).to_string();
            assert!(error.starts_with(why), "{error}");
        }
    }
}
