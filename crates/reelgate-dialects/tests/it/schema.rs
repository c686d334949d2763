//! The part of JSON Schema that our documents use: enough to see that a value fits.
//!
//! A keyword that is not known here fails the test, so nothing is promised that is not checked.
//! Objects are closed: a field that the schema does not have is a mistake of the document.

use serde_json::Value;

/// Says where and why `value` does not fit `schema`, whose references are resolved in `document`.
pub(crate) fn fits(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let keywords = schema.as_object().ok_or_else(|| format!("{schema} is no schema"))?;
    for (keyword, rule) in keywords {
        let fine = match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().and_then(|target| target.strip_prefix('#'));
                let target = pointer.and_then(|pointer| document.pointer(pointer));
                fits(document, target.ok_or_else(|| format!("{rule} leads nowhere"))?, value)?;
                true
            }
            "anyOf" => items(rule).iter().any(|schema| fits(document, schema, value).is_ok()),
            "type" => has_type(value, rule),
            "const" => rule == value,
            "enum" => items(rule).contains(value),
            "properties" => properties(document, rule, value)?,
            "required" => items(rule)
                .iter()
                .all(|name| name.as_str().is_some_and(|name| value.get(name).is_some())),
            "items" => {
                items(value).iter().try_for_each(|item| fits(document, rule, item))?;
                true
            }
            "minItems" => items(value).len() as f64 >= number(rule),
            "maxItems" => items(value).len() as f64 <= number(rule),
            "minLength" => value.as_str().map_or(0, |s| s.chars().count()) as f64 >= number(rule),
            "maxLength" => value.as_str().map_or(0, |s| s.chars().count()) as f64 <= number(rule),
            "minimum" => number(value) >= number(rule),
            "maximum" => number(value) <= number(rule),
            // Patterns of ids are checked where ids are made; the rest says nothing about values.
            "pattern" | "format" | "description" | "default" | "examples" => true,
            "additionalProperties" => *rule == Value::Bool(false),
            other => return Err(format!("the keyword {other} is not checked")),
        };
        if !fine {
            return Err(format!("{value} does not fit {keyword} {rule}"));
        }
    }
    Ok(())
}

fn properties(document: &Value, rule: &Value, value: &Value) -> Result<bool, String> {
    for (name, item) in value.as_object().into_iter().flatten() {
        let schema = rule.get(name).ok_or_else(|| format!("{name} is not described"))?;
        fits(document, schema, item).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(true)
}

fn has_type(value: &Value, rule: &Value) -> bool {
    match rule.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("number") => value.is_number(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}
