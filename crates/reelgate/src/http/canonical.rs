//! JSON in the one form that a fingerprint is made of: without spaces, keys sorted, and of a key
//! that stands twice the last. Borrows what it can from the body, since every order passes through
//! here.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::borrow::Cow;
use std::fmt;

/// A body in that form; nothing when it is no JSON.
pub(super) fn of(body: &[u8]) -> Option<Vec<u8>> {
    let json: Json<'_> = serde_json::from_slice(body).ok()?;
    let mut out = Vec::with_capacity(body.len());
    json.write(&mut out)?;
    Some(out)
}

enum Json<'b> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Text<'b>),
    List(Vec<Self>),
    /// In the order of the keys.
    Object(Vec<(Text<'b>, Self)>),
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Text<'b>(Cow<'b, str>);

impl Json<'_> {
    /// Nothing is what cannot happen: writing into memory does not fail.
    fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Number(number) => serde_json::to_writer(out, number).ok()?,
            Self::Text(text) => serde_json::to_writer(out, &text.0).ok()?,
            Self::List(items) => {
                out.push(b'[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.push(b',');
                    }
                    item.write(out)?;
                }
                out.push(b']');
            }
            Self::Object(pairs) => {
                out.push(b'{');
                for (n, (key, value)) in pairs.iter().enumerate() {
                    if n > 0 {
                        out.push(b',');
                    }
                    serde_json::to_writer(&mut *out, &key.0).ok()?;
                    out.push(b':');
                    value.write(out)?;
                }
                out.push(b'}');
            }
        }
        Some(())
    }
}

impl<'de: 'b, 'b> Deserialize<'de> for Json<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

impl<'de: 'b, 'b> Deserialize<'de> for Text<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
        let mut object: Vec<(Text<'de>, Json<'de>)> = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            object.push(pair);
        }
        // Later ones first, of which the first is kept.
        object.reverse();
        object.sort_by(|a, b| a.0.cmp(&b.0));
        object.dedup_by(|again, kept| again.0 == kept.0);
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn text(body: &str) -> Option<String> {
        of(body.as_bytes()).map(|text| String::from_utf8(text).expect("a text"))
    }

    #[test]
    fn spacing_and_the_order_of_keys_do_not_count() {
        let one = text(r#" { "b" : [1, 2.50, -3, null], "a": {"y": true, "x": "\u00e9\n"} } "#);
        assert_eq!(one.as_deref(), Some(r#"{"a":{"x":"é\n","y":true},"b":[1,2.5,-3,null]}"#));
        assert_eq!(one, text(r#"{"a":{"x":"é\n","y":true},"b":[1,2.5,-3,null]}"#));
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_counts() {
        assert_eq!(text(r#"{"a":1,"b":2,"a":3}"#).as_deref(), Some(r#"{"a":3,"b":2}"#));
    }

    #[test]
    fn what_is_no_json_has_no_such_form() {
        for body in ["", "{", "{} {}", "nonsense", &"[".repeat(1000)] {
            assert_eq!(text(body), None, "{body}");
        }
    }

    /// As fingerprints were made before, and stand in databases.
    fn sorted(value: Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut pairs: Vec<_> = map.into_iter().collect();
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
                Value::Object(pairs.into_iter().map(|(key, value)| (key, sorted(value))).collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
            plain => plain,
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| json!(number)),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((".{0,3}", inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_it_has_always_been(value in any_json()) {
            let body = serde_json::to_vec_pretty(&value).expect("JSON");
            let read: Value = serde_json::from_slice(&body).expect("JSON");
            let before = sorted(read).to_string();
            prop_assert_eq!(of(&body), Some(before.into_bytes()));
        }
    }
}
