//! Hides the secrets of a type in what a report shows.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::probe::{Answer, Ask, Names, Node, Turn, Way};
use crate::required::Required;
use crate::secret::MASK;

/// How often a type is asked for one report. Types are far smaller. The rest counts as secret.
const MOST_QUESTIONS: usize = 4_000;

/// How many of these questions may be about a name that the client has chosen, as each can have
/// a type of its own. The others are left for the places that a type knows by itself.
const MOST_NAMES: usize = 3_000;

/// How far down a type is searched that is inside itself: JSON may be nested no deeper.
const DEEPEST: usize = 127;

/// A list may read each item as something else. Nobody does so this far, so what comes later is
/// read as this one is.
const LAST_OF_ITS_KIND: usize = 15;

/// What a type has said so far.
pub(crate) struct Mask {
    ask: Ask,
    required: Arc<Required>,
    answers: HashMap<Way, Answer>,
    /// How many of these are about a name that the client has chosen.
    names: usize,
    /// The first entry of a list or a map that is read in this way: those that are read alike
    /// are asked as one.
    alike: HashMap<(Way, TypeId), Turn<'static>>,
    /// An entry of a list or a map that can be asked, and whether it stands for all.
    samples: HashMap<Way, (Turn<'static>, bool)>,
    /// What a search has found at a place, see `has_secret`.
    searched: HashMap<(Way, bool), bool>,
}

impl Mask {
    pub(crate) fn new(ask: Ask, required: Arc<Required>) -> Self {
        Self {
            ask,
            required,
            answers: HashMap::new(),
            names: 0,
            alike: HashMap::new(),
            samples: HashMap::new(),
            searched: HashMap::new(),
        }
    }

    /// Hides what is secret in `value`, which was sent for what the type reads at the end of
    /// this way.
    pub(crate) fn hide(&mut self, way: &[&Turn<'_>], value: &mut Value) {
        self.hide_from(&mut Way::new(), way, value);
    }

    fn hide_from(&mut self, place: &mut Way, way: &[&Turn<'_>], value: &mut Value) {
        match (self.node(place), way) {
            _ if value.is_null() => {}
            (Node::Secret, _) => *value = MASK.into(),
            (Node::Union { names, .. }, _) => self.hide_from_all(place, names, way, value),
            // A candidate beside it is a union.
            (_, [Turn::Choice(_), rest @ ..]) => self.hide_from(place, rest, value),
            (_, [step, rest @ ..]) => self.hide_at(place, step, rest, value),
            (_, []) if self.has_secret(place, true) => self.hide_inside(place, value),
            (_, []) => {}
        }
    }

    /// Hides what any candidate of a union would read as a secret: each could be meant.
    fn hide_from_all(
        &mut self,
        place: &mut Way,
        names: Names,
        way: &[&Turn<'_>],
        value: &mut Value,
    ) {
        if !self.has_secret(place, true) {
            return;
        }
        let rest = match way {
            [Turn::Choice(_), rest @ ..] => rest,
            _ => way,
        };
        for index in 0..names.all.len() {
            place.push(Turn::Choice(index));
            self.hide_from(place, rest, value);
            place.pop();
        }
    }

    fn hide_at(&mut self, place: &mut Way, step: &Turn<'_>, rest: &[&Turn<'_>], value: &mut Value) {
        if self.is_other_shape(place, step) && self.has_secret(place, false) {
            *value = MASK.into();
        }
        for turn in self.turns(place, step) {
            place.push(turn);
            self.hide_from(place, rest, value);
            place.pop();
        }
    }

    /// Whether a candidate of a union does not read what another one reads here.
    fn is_other_shape(&mut self, place: &Way, step: &Turn<'_>) -> bool {
        match (self.node(place), step) {
            (Node::Variants(names), Turn::Name(name)) => names.find(name).is_none(),
            (Node::Fields(_) | Node::Map, Turn::Index(_)) => true,
            (Node::List | Node::Tuple(_), Turn::Name(_)) => true,
            _ => false,
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
            (_, value) if self.has_secret(place, false) => *value = MASK.into(),
            _ => {}
        }
    }

    /// Whether there is a secret at this place or inside; `unknown` where that depends on what
    /// is sent.
    fn has_secret(&mut self, place: &mut Way, unknown: bool) -> bool {
        let key = (place.clone(), unknown);
        if let Some(found) = self.searched.get(&key) {
            return *found;
        }
        let found = self.search(place, &mut HashSet::new(), unknown);
        self.searched.insert(key, found);
        found
    }

    /// Does that; `seen` are types that need no second search.
    fn search(&mut self, place: &mut Way, seen: &mut HashSet<TypeId>, unknown: bool) -> bool {
        let Answer { node, reader, .. } = self.answer(place);
        if reader.is_some_and(|reader| !seen.insert(reader)) {
            return false;
        }
        let steps: Vec<Turn<'static>> = match node.unwrap_or(Node::Secret) {
            Node::Secret => return true,
            Node::Any => return unknown,
            Node::Buffer | Node::Leaf => return false,
            #[cfg(feature = "multipart")]
            Node::File(_) => return false,
            _ if place.len() == DEEPEST => return false,
            Node::Union { names, .. } => {
                if !seen.insert(names.visitor) {
                    return false;
                }
                (0..names.all.len()).map(Turn::Choice).collect()
            }
            Node::Fields(names) | Node::Variants(names) => {
                if !seen.insert(names.visitor) {
                    return false;
                }
                names.all.iter().map(|name| Turn::Name((*name).into())).collect()
            }
            // Each name can lead to something else.
            Node::Map if unknown => return true,
            Node::Map => match self.sample(place, Node::Map) {
                Some((turn, true)) => vec![turn],
                // A struct with `#[serde(flatten)]` does not tell its names.
                Some((_, false)) => return true,
                None => return false,
            },
            Node::List => match self.items(place) {
                Some(turns) => turns,
                None if unknown => return true,
                None => vec![Turn::Index(0)],
            },
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
            (node @ (Node::Map | Node::Any), Turn::Name(_)) => {
                vec![self.entry(place, node, step.to_owned())]
            }
            (node @ (Node::List | Node::Any), Turn::Index(index)) => {
                vec![self.entry(place, node, Turn::Index(*index.min(&LAST_OF_ITS_KIND)))]
            }
            (Node::Tuple(len), Turn::Index(index)) if *index < len => vec![Turn::Index(*index)],
            (Node::Union { .. }, Turn::Choice(_)) => vec![step.to_owned()],
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
            let content = |variant: &&'static str| Turn::Content { tag, variant, name };
            return variants.all.iter().map(content).collect();
        }
        vec![field(name)]
    }

    /// The entry that an entry of a list or a map is asked as.
    fn entry(&mut self, place: &mut Way, node: Node, turn: Turn<'static>) -> Turn<'static> {
        let answer = match &turn {
            Turn::Name(_) => self.answer_to_client(place, turn.clone()),
            _ => self.answer_below(place, turn.clone()),
        };
        match answer {
            Answer { node: None, .. } => match self.sample(place, node) {
                Some((sample, true)) => sample,
                _ => turn,
            },
            Answer { reader: Some(reader), .. } => {
                self.alike.entry((place.clone(), reader)).or_insert(turn).clone()
            }
            _ => turn,
        }
    }

    /// All items of a list that differ; `None` if they cannot be found out.
    fn items(&mut self, place: &mut Way) -> Option<Vec<Turn<'static>>> {
        let mut turns = Vec::new();
        for index in 0..=LAST_OF_ITS_KIND {
            let answer = self.answer_below(place, Turn::Index(index));
            if answer.node.is_none() {
                // The list is at its end; or it has refused a placeholder, so that only its kind
                // tells what follows.
                let (_, stands_for_all) = self.sample(place, Node::List)?;
                return stands_for_all.then_some(turns);
            }
            let turn = self.entry(place, Node::List, Turn::Index(index));
            if !turns.contains(&turn) {
                turns.push(turn);
            }
        }
        Some(turns)
    }

    /// An entry that can be asked, and whether it stands for all; `None` if none is known.
    fn sample(&mut self, place: &mut Way, node: Node) -> Option<(Turn<'static>, bool)> {
        if !self.samples.contains_key(place) {
            let blank = if node == Node::List { Turn::Index(0) } else { Turn::Name("".into()) };
            self.answer_below(place, blank);
        }
        self.samples.get(place).cloned()
    }

    /// The answer to a question for which the client has chosen the name.
    fn answer_to_client(&mut self, place: &mut Way, turn: Turn<'static>) -> Answer {
        let before = self.answers.len();
        if self.names == MOST_NAMES {
            place.push(turn);
            let answer = self.answers.get(place).copied().unwrap_or_default();
            place.pop();
            return answer;
        }
        let answer = self.answer_below(place, turn);
        self.names += self.answers.len() - before;
        answer
    }

    fn answer_below(&mut self, place: &mut Way, turn: Turn<'static>) -> Answer {
        place.push(turn.clone());
        let answer = self.answer(place);
        place.pop();
        if answer.node.is_some() && !self.samples.contains_key(place) {
            self.samples.insert(place.clone(), (turn, answer.stands_for_all));
        }
        answer
    }

    fn node_below(&mut self, place: &mut Way, turn: Turn<'static>) -> Node {
        place.push(turn);
        let node = self.node(place);
        place.pop();
        node
    }

    /// What the type reads here. What cannot be found out is a secret.
    fn node(&mut self, place: &Way) -> Node {
        self.answer(place).node.unwrap_or(Node::Secret)
    }

    fn answer(&mut self, place: &Way) -> Answer {
        if let Some(answer) = self.answers.get(place) {
            return *answer;
        }
        if self.answers.len() == MOST_QUESTIONS {
            return Answer::default();
        }
        let answer = (self.ask)(place, &mut self.required);
        self.answers.insert(place.clone(), answer);
        answer
    }
}

fn has_items(node: Node, items: &[Value]) -> bool {
    match node {
        Node::List | Node::Any => true,
        // Where one is left out, the others are in each other's places.
        Node::Tuple(len) => items.len() == len,
        _ => false,
    }
}

fn has_names(node: Node, object: &Map<String, Value>) -> bool {
    match node {
        Node::Fields(_) | Node::Map | Node::Any => true,
        // A variant that holds data is an object with its name as the only key.
        Node::Variants(names) => {
            object.len() == 1 && object.keys().all(|name| names.find(name).is_some())
        }
        _ => false,
    }
}
