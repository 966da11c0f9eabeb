//! Hides the secrets of a type in what a report shows.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::notes::Required;
use crate::probe::{Ask, Names, Node, Turn, Way};
use crate::secret::MASK;

/// How often a type is asked for one report. Types are far smaller; but where each name has a
/// type of its own, the client decides how many there are. The rest counts as secret.
const MOST_QUESTIONS: usize = 4_000;

/// How far down a type is searched that is inside itself: JSON may be nested no deeper.
const DEEPEST: usize = 127;

/// A list that somebody has written a visitor for may read each item as something else. Nobody
/// does so this far, so what comes later is read as this one is.
const LAST_OF_ITS_KIND: usize = 15;

/// What a type has said so far.
pub(crate) struct Mask {
    ask: Ask,
    required: Required,
    /// `None` is what cannot be found out.
    answers: HashMap<Way, Option<Node>>,
    /// The maps whose values are all alike, each with a key that it does not refuse.
    keys: HashMap<Way, Turn<'static>>,
    /// Whether there may be a secret inside.
    searched: HashMap<Way, bool>,
}

impl Mask {
    pub(crate) fn new(ask: Ask, required: Required) -> Self {
        Self {
            ask,
            required,
            answers: HashMap::new(),
            keys: HashMap::new(),
            searched: HashMap::new(),
        }
    }

    /// Hides what is secret in `value`, which was sent for what the type reads at the end of
    /// this way.
    pub(crate) fn hide(&mut self, way: &[Turn<'static>], value: &mut Value) {
        self.hide_from(&mut Way::new(), way, value);
    }

    fn hide_from(&mut self, place: &mut Way, way: &[Turn<'static>], value: &mut Value) {
        match way {
            _ if value.is_null() => {}
            _ if self.node(place) == Node::Secret => *value = MASK.into(),
            [step, rest @ ..] => self.hide_at(place, step, rest, value),
            [] if self.may_have_secret(place) => self.hide_inside(place, value),
            [] => {}
        }
    }

    fn hide_at(
        &mut self,
        place: &mut Way,
        step: &Turn<'_>,
        rest: &[Turn<'static>],
        value: &mut Value,
    ) {
        for turn in self.turns(place, step) {
            place.push(turn);
            self.hide_from(place, rest, value);
            place.pop();
        }
    }

    fn hide_inside(&mut self, place: &mut Way, value: &mut Value) {
        match (self.node(place), value) {
            (node, Value::Object(object)) if has_names(node, object) => {
                for (name, value) in object {
                    self.hide_at(place, &Turn::Name(name.into()), &[], value);
                }
            }
            (node, Value::Array(items)) if has_items(node, items) => {
                for (index, value) in items.iter_mut().enumerate() {
                    self.hide_at(place, &Turn::Index(index), &[], value);
                }
            }
            // The type reads something else here, so nobody knows what of this is secret.
            (_, value) if self.search(place, &mut HashSet::new(), false) => *value = MASK.into(),
            _ => {}
        }
    }

    fn may_have_secret(&mut self, place: &mut Way) -> bool {
        if let Some(found) = self.searched.get(place) {
            return *found;
        }
        let found = self.search(place, &mut HashSet::new(), true);
        self.searched.insert(place.clone(), found);
        found
    }

    /// Whether there is a secret at this place or inside; `unknown` where that depends on what
    /// is sent.
    fn search(&mut self, place: &mut Way, seen: &mut HashSet<Names>, unknown: bool) -> bool {
        let steps: Vec<Turn<'static>> = match self.node(place) {
            Node::Secret => return true,
            Node::Any => return unknown,
            Node::Buffer | Node::Leaf => return false,
            _ if place.len() == DEEPEST => return false,
            Node::Fields(names) | Node::Variants(names) => {
                if !seen.insert(names) {
                    return false;
                }
                names.all.iter().map(|name| Turn::Name((*name).into())).collect()
            }
            Node::Map { are_alike: false } | Node::List { are_alike: false } => return unknown,
            Node::Map { are_alike: true } => match self.key(place, &Turn::Name("".into())) {
                Some(key) => vec![key],
                None => return unknown,
            },
            Node::List { are_alike: true } => vec![Turn::Index(0)],
            Node::Tuple(len) => (0..len).map(Turn::Index).collect(),
        };
        let turns: Vec<_> = steps.iter().flat_map(|step| self.turns(place, step)).collect();
        turns.into_iter().any(|turn| {
            place.push(turn);
            let found = self.search(place, seen, unknown);
            place.pop();
            found
        })
    }

    /// How the type goes on with this step of a request: not at all if it does not know it,
    /// and in several ways if that depends on something else.
    fn turns(&mut self, place: &mut Way, step: &Turn<'_>) -> Vec<Turn<'static>> {
        match (self.node(place), step) {
            (Node::Fields(names), Turn::Name(name)) => match names.find(name) {
                Some(name) => self.fields(place, names, name),
                None => Vec::new(),
            },
            (Node::Variants(names), Turn::Name(name)) => {
                names.find(name).map(|name| Turn::Name(name.into())).into_iter().collect()
            }
            (Node::Map { are_alike: true }, Turn::Name(_)) => {
                vec![self.key(place, step).unwrap_or_else(|| step.to_owned())]
            }
            (Node::Map { are_alike: false } | Node::Any, Turn::Name(_)) => vec![step.to_owned()],
            (Node::List { are_alike: true }, Turn::Index(_)) => vec![Turn::Index(0)],
            (Node::List { are_alike: false } | Node::Any, Turn::Index(index)) => {
                vec![Turn::Index(*index.min(&LAST_OF_ITS_KIND))]
            }
            (Node::Tuple(len), Turn::Index(index)) if *index < len => vec![Turn::Index(*index)],
            _ => Vec::new(),
        }
    }

    /// A struct's field; or the content of an adjacently tagged enum, which has as many types
    /// as there are variants.
    fn fields(&mut self, place: &mut Way, names: Names, name: &'static str) -> Vec<Turn<'static>> {
        let field = |name: &'static str| Turn::Name(name.into());
        if let &[tag, content] = names.all
            && name == content
            && self.node_below(place, field(content)) == Node::Buffer
            && let Node::Variants(variants) = self.node_below(place, field(tag))
        {
            let content = |variant: &&str| Turn::Content { tag, variant: (*variant).into(), name };
            return variants.all.iter().map(content).collect();
        }
        vec![field(name)]
    }

    /// A key that leads to the type of all values of this map; `None` if it refuses this one,
    /// and knows no other.
    fn key(&mut self, place: &mut Way, key: &Turn<'_>) -> Option<Turn<'static>> {
        if let Some(known) = self.keys.get(place) {
            return Some(known.clone());
        }
        let key = key.to_owned();
        place.push(key.clone());
        let answer = self.answer(place);
        place.pop();
        answer?;
        self.keys.insert(place.clone(), key.clone());
        Some(key)
    }

    fn node_below(&mut self, place: &mut Way, turn: Turn<'static>) -> Node {
        place.push(turn);
        let node = self.node(place);
        place.pop();
        node
    }

    /// What the type reads here. What cannot be found out is a secret.
    fn node(&mut self, place: &Way) -> Node {
        self.answer(place).unwrap_or(Node::Secret)
    }

    fn answer(&mut self, place: &Way) -> Option<Node> {
        if let Some(answer) = self.answers.get(place) {
            return *answer;
        }
        if self.answers.len() == MOST_QUESTIONS {
            return None;
        }
        let answer = (self.ask)(place, &mut self.required);
        self.answers.insert(place.clone(), answer);
        answer
    }
}

fn has_items(node: Node, items: &[Value]) -> bool {
    match node {
        Node::List { .. } | Node::Any => true,
        // Where one is left out, the others are in each other's places.
        Node::Tuple(len) => items.len() == len,
        _ => false,
    }
}

fn has_names(node: Node, object: &Map<String, Value>) -> bool {
    match node {
        Node::Fields(_) | Node::Map { .. } | Node::Any => true,
        // A variant that holds data is an object with its name as the only key.
        Node::Variants(names) => {
            object.len() == 1 && object.keys().all(|name| names.find(name).is_some())
        }
        _ => false,
    }
}
