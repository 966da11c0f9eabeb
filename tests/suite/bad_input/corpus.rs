//! The requests to one route: one that is meant well, and many that are not.

use std::sync::LazyLock;

use super::client::Request;
use super::generated::Generator;
use super::values;

/// How many requests of each kind are made at random.
const AT_RANDOM: usize = 2;

/// Texts that some handler asks for, in its query or its body, and what fits.
const TEXTS: [(&str, &str); 12] = [
    ("q", "plain"),
    ("query_param", "plain"),
    ("id", "plain"),
    ("title", "plain"),
    ("description", "plain"),
    ("email", "plain@example.org"),
    ("password", "plain"),
    ("to", "plain"),
    ("text", "plain"),
    ("next", "/plain"),
    ("trackingNumber", "plain"),
    ("currency", "EUR"),
];

/// Numbers that some handler asks for.
const NUMBERS: [(&str, &str); 11] = [
    ("skip", "0"),
    ("limit", "5"),
    ("offset", "0"),
    ("x", "2"),
    ("below", "9"),
    ("number", "1"),
    ("size", "7"),
    ("weightInGrams", "7"),
    ("is_active", "1"),
    ("min", "1"),
    ("max", "2"),
];

/// Values that the first steps ask for in a body, as JSON: axum's own extractors convert nothing.
const JSON: [(&str, &str); 3] = [("name", r#""plain""#), ("price", "1.5"), ("quantity", "1")];

/// The routes that ask for a form, each with what fits.
const FORMS: [(&str, &str); 1] = [("/extra/login", "username=plain&password=plain")];

static PLAIN_QUERY: LazyLock<Vec<u8>> = LazyLock::new(|| query(TEXTS.into_iter().chain(NUMBERS)));

static PLAIN_BODY: LazyLock<String> = LazyLock::new(|| json_with("", &[]));

/// A route of a lesson, as its README lists it.
pub struct Route {
    /// `/sse/{id}`
    pub path: String,
    /// What its guards ask for.
    pub token: &'static str,
}

/// A method of a route, and what is known of its handler.
pub struct Endpoint<'a> {
    pub route: &'a Route,
    pub method: String,
    /// Whether it asks for numbers in the query.
    pub reads_numbers: bool,
    /// Whether it, or a guard before it, asks for headers.
    pub reads_headers: bool,
    pub reads_body: bool,
    /// Whether its answer is too long to be read each time, or has no end.
    pub is_long: bool,
}

impl Route {
    /// A request that fits: all that any handler asks for, since the others ignore it.
    pub fn plain(&self, method: &str) -> Request {
        self.with_query(method, &PLAIN_QUERY)
    }

    /// One whose query has a text wherever a number may be asked for.
    pub fn without_numbers(&self, method: &str) -> Request {
        self.with_query(method, &number_query("none"))
    }

    /// One whose headers are wrong, so that no guard lets it pass.
    pub fn without_headers(&self, method: &str) -> Request {
        with_headers(self.plain(method), b"wrong")
    }

    /// One whose body is no JSON.
    pub fn without_json(&self, method: &str) -> Request {
        self.plain(method).body("{")
    }

    /// The methods that hardly any route has, without the body that some ask for.
    pub fn by_other_methods(&self) -> impl Iterator<Item = Request> {
        values::METHODS.iter().map(|method| self.plain(method).body(""))
    }

    fn with_query(&self, method: &str, query: &[u8]) -> Request {
        self.request(method, self.filled(|name| plain_parameter(name).into()), query)
    }

    fn request(&self, method: &str, path: Vec<u8>, query: &[u8]) -> Request {
        Request::new(method, [&path, b"?".as_slice(), query].concat())
            .header("x-token", self.token)
            .header("x-key", "fake-super-secret-key")
            .header("x-user", "plain")
            .header("cookie", "last_query=plain")
            .header("content-type", self.content_type())
            .body(self.plain_body())
    }

    fn form(&self) -> Option<&'static str> {
        FORMS.iter().find(|(path, _)| self.path == *path).map(|(_, form)| *form)
    }

    fn content_type(&self) -> &'static str {
        match self.form() {
            Some(_) => "application/x-www-form-urlencoded",
            None => "application/json",
        }
    }

    fn plain_body(&self) -> &'static str {
        self.form().unwrap_or_else(|| PLAIN_BODY.as_str())
    }

    /// The path with something in the place of its `{parameters}`.
    fn filled(&self, value: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
        let mut parts = self.path.split('{');
        let mut filled = parts.next().unwrap_or_default().as_bytes().to_vec();
        for part in parts {
            let (name, rest) = part.split_once('}').expect("a closing brace");
            filled.extend(value(name));
            filled.extend_from_slice(rest.as_bytes());
        }
        filled
    }
}

impl Endpoint<'_> {
    /// The requests that are not meant well; of each kind as many as its handler can notice.
    pub fn corpus(&self, generator: &mut Generator) -> Vec<Request> {
        let mut requests = self.queries(generator);
        if self.route.path.contains('{') {
            requests.extend(self.paths(generator));
        }
        if self.reads_numbers {
            let numbers = values::numbers();
            requests.extend(numbers.iter().map(|n| self.with_query(&number_query(n))));
        }
        if self.reads_headers {
            requests.extend(self.headers(generator));
        }
        if self.reads_body {
            requests.extend(self.bodies(generator));
        }
        requests
    }

    fn plain(&self) -> Request {
        self.route.plain(&self.method)
    }

    fn with_query(&self, query: &[u8]) -> Request {
        self.route.with_query(&self.method, query)
    }

    fn paths(&self, generator: &mut Generator) -> Vec<Request> {
        let mut segments = values::segments();
        segments.extend((0..AT_RANDOM).map(|_| generator.target()));
        segments.extend((0..AT_RANDOM).map(|_| percent_encoded(&generator.bytes())));
        let path = |segment: &Vec<u8>| self.route.filled(|_| segment.clone());
        let request = |path| self.route.request(&self.method, path, &PLAIN_QUERY);
        segments.iter().map(path).map(request).collect()
    }

    fn queries(&self, generator: &mut Generator) -> Vec<Request> {
        let mut queries = values::queries();
        queries.extend((0..AT_RANDOM).map(|_| generator.target()));
        queries.push(generator.bytes());
        let (texts, cookies) = (values::texts(), values::cookies());
        let headers = values::header_values();
        // Many bad things at once, since nobody who reads one looks at the others. Of two
        // values of one name the last counts: now the one, now the other.
        let request = |(index, query): (usize, &Vec<u8>)| {
            let texts = text_query(&texts[index % texts.len()]);
            let (first, last) =
                if index < queries.len() / 2 { (&texts, query) } else { (query, &texts) };
            let cookie = cookies[index % cookies.len()].clone();
            let request = self.with_query(&[first, b"&".as_slice(), last].concat());
            let request = request.instead("cookie", cookie);
            let value = &headers[index % headers.len()];
            values::HEADERS
                .iter()
                .fold(request, |request, name| request.header(name, value.clone()))
        };
        queries.iter().enumerate().map(request).collect()
    }

    fn headers(&self, generator: &mut Generator) -> Vec<Request> {
        let mut headers = values::header_values();
        headers.push(generator.bytes());
        headers.iter().map(|value| with_headers(self.plain(), value)).collect()
    }

    fn bodies(&self, generator: &mut Generator) -> Vec<Request> {
        let mut bodies = values::bodies();
        for value in values::json_values() {
            let even: Vec<_> = names().step_by(2).collect();
            let odd: Vec<_> = names().skip(1).step_by(2).collect();
            for names in [[even.as_slice(), &odd].concat(), even, odd] {
                bodies.push(json_with(&value, &names).into());
            }
        }
        let names: Vec<_> = names().collect();
        for _ in 0..AT_RANDOM * 4 {
            bodies.push(generator.json(&names).to_string().into());
            bodies.push(generator.broken_json(&names));
        }
        let mut requests: Vec<_> = bodies.into_iter().map(|body| self.plain().body(body)).collect();
        let types = values::content_types().into_iter();
        requests.extend(types.map(|value| self.plain().instead("content-type", value)));
        requests
    }
}

/// Each header that somebody may ask for twice, first with this value.
fn with_headers(request: Request, value: &[u8]) -> Request {
    values::OURS
        .iter()
        .fold(request, |request, name| request.instead(name, value).header(name, "again"))
}

fn plain_parameter(name: &str) -> &'static str {
    match name {
        "status" => "307",
        _ => "1",
    }
}

/// The plain query with another text in the place of each text.
fn text_query(text: &str) -> Vec<u8> {
    query(TEXTS.map(|(name, _)| (name, text)).into_iter().chain(NUMBERS))
}

/// The plain query with this in the place of each number.
fn number_query(number: &str) -> Vec<u8> {
    query(NUMBERS.map(|(name, _)| (name, number)).into_iter().chain(TEXTS))
}

fn query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let pair = |(name, value): (&str, &str)| {
        [name.as_bytes(), b"=", &percent_encoded(value.as_bytes())].concat()
    };
    pairs.map(pair).collect::<Vec<_>>().join(&b'&')
}

fn names() -> impl Iterator<Item = &'static str> {
    TEXTS.into_iter().chain(NUMBERS).chain(JSON).map(|(name, _)| name)
}

/// A plain body, but for this JSON in the fields with these names; it need not be valid.
fn json_with(json: &str, names: &[&str]) -> String {
    let quoted = |(name, plain)| (name, format!("\"{plain}\""));
    let plain = TEXTS.into_iter().chain(NUMBERS).map(quoted);
    let plain = plain.chain(JSON.map(|(name, plain)| (name, plain.to_owned())));
    let fields = plain.map(|(name, plain)| {
        let value = if names.contains(&name) { json } else { &plain };
        format!("\"{name}\":{value}")
    });
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn percent_encoded(bytes: &[u8]) -> Vec<u8> {
    let encode = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect::<String>().into()
}
