//! Mode × operation × severity × ratchet × exemption.

use serde_json::{Value, json};

use super::support::{KEY, denied, ingress, request_policy, respond, review, warned};

/// Fine but for what the policy says of `secure`, which is a warning here.
const WARNING: &str = "serviceName=tea srv path=/tea";
/// nginx refuses it: `unknown-parameter`.
const ERROR: &str = "serviceName=tea srv path=/tea secure expire=1h";
/// The same error, and another value.
const OTHER: &str = "serviceName=tea srv2 path=/tea secure expire=1h";
/// Both.
const BOTH: &str = "serviceName=tea srv path=/tea expire=1h";
const GOOD: &str = "serviceName=tea srv path=/tea secure";

fn object(value: &str) -> Value {
    ingress(&json!({ KEY: value }))
}

/// What an answer says, in one line: what is denied, what is warned of, and
/// the audit annotations `violations` and `exempt`.
fn said(response: &Value) -> String {
    let annotation = |name: &str| match response["auditAnnotations"][name].as_str() {
        Some(text) => text.to_owned(),
        None => "-".to_owned(),
    };
    let list = |rules: Vec<&str>| {
        let joined = rules.join(",");
        if joined.is_empty() {
            "-".to_owned()
        } else {
            joined
        }
    };
    assert_eq!(response["allowed"], json!(denied(response).is_empty()));
    format!(
        "{} | {} | {} | {}",
        list(denied(response)),
        list(warned(response)),
        annotation("violations"),
        annotation("exempt"),
    )
}

fn policy(mode: &str, on_update: &str, exemption: &str) -> String {
    format!(
        "mode: {mode}\nonUpdate: {on_update}\ntls: upstream\nrequire: {{secure: true}}\n\
         rules: {{require-secure: warning}}\nexemptions: [{exemption}]\n"
    )
}

/// Each row: how it was before (nothing: a new object), how it is now, and
/// what is said in the modes `enforce`, `warn` and `audit`.
type Row<'r> = (Option<&'r str>, &'r str, [&'r str; 3]);

fn check(on_update: &str, exemption: &str, rows: &[Row<'_>]) {
    for (old, new, expected) in rows {
        for (mode, expected) in ["enforce", "warn", "audit"].iter().zip(expected) {
            let policy = policy(mode, on_update, exemption);
            let review = review("shop", &object(new), old.map(object).as_ref());
            let response = respond(&request_policy(&policy), &review);
            assert_eq!(said(&response), *expected, "{mode} {old:?} {new}\n{policy}");
            assert_eq!(response["auditAnnotations"]["mode"], *mode);
        }
    }
}

const QUIET: [&str; 3] = ["- | - | - | -"; 3];
/// `unknown-parameter` is denied.
const DENIED: [&str; 3] = [
    "unknown-parameter | - | unknown-parameter | -",
    "- | unknown-parameter | unknown-parameter | -",
    "- | - | unknown-parameter | -",
];
/// `unknown-parameter` was there before.
const STANDING: [&str; 3] = [
    "- | unknown-parameter | unknown-parameter | -",
    "- | unknown-parameter | unknown-parameter | -",
    "- | - | unknown-parameter | -",
];
const WARNED: [&str; 3] = [
    "- | require-secure | require-secure | -",
    "- | require-secure | require-secure | -",
    "- | - | require-secure | -",
];
const DENIED_AND_WARNED: [&str; 3] = [
    "unknown-parameter | require-secure | require-secure,unknown-parameter | -",
    "- | require-secure,unknown-parameter | require-secure,unknown-parameter | -",
    "- | - | require-secure,unknown-parameter | -",
];

#[test]
fn modes_severities_and_the_ratchet() {
    check(
        "ratchet",
        "",
        &[
            (None, GOOD, QUIET),
            (None, WARNING, WARNED),
            (None, ERROR, DENIED),
            (None, BOTH, DENIED_AND_WARNED),
            (Some(GOOD), ERROR, DENIED),
            (Some(ERROR), ERROR, STANDING),
            (Some(ERROR), OTHER, DENIED),
            (Some(ERROR), BOTH, DENIED_AND_WARNED),
            (Some(ERROR), GOOD, QUIET),
            (Some(ERROR), WARNING, WARNED),
            (Some(WARNING), WARNING, WARNED),
        ],
    );
}

#[test]
fn a_strict_policy_judges_updates_like_new_objects() {
    check(
        "strict",
        "",
        &[
            (None, ERROR, DENIED),
            (Some(ERROR), ERROR, DENIED),
            (Some(WARNING), WARNING, WARNED),
            (Some(ERROR), GOOD, QUIET),
        ],
    );
}

#[test]
fn what_is_exempt_is_written_down_and_nowhere_else() {
    let exempt = ["- | - | - | unknown-parameter (moving)"; 3];
    let secure = ["- | - | - | require-secure (old client)"; 3];
    let rest = [
        "- | require-secure | require-secure | unknown-parameter (moving)",
        "- | require-secure | require-secure | unknown-parameter (moving)",
        "- | - | require-secure | unknown-parameter (moving)",
    ];
    let moving = "{rules: [unknown-parameter], until: 2026-06-15, reason: moving}";
    let client = "{rules: [require-secure], reason: old client}";
    check(
        "ratchet",
        moving,
        &[
            (None, ERROR, exempt),
            (Some(GOOD), ERROR, exempt),
            (Some(ERROR), ERROR, exempt),
            (None, BOTH, rest),
            (None, WARNING, WARNED),
        ],
    );
    check("strict", moving, &[(Some(ERROR), ERROR, exempt)]);
    check(
        "ratchet",
        client,
        &[(None, WARNING, secure), (None, ERROR, DENIED)],
    );
}

#[test]
fn an_exemption_needs_all_of_its_conditions() {
    let exempt = ["- | - | - | unknown-parameter (x)"; 3];
    for (conditions, expected) in [
        ("", exempt),
        ("namespaces: [sh*], ", exempt),
        ("namespaces: [team-*], ", DENIED),
        ("ingresses: [cafe], ", exempt),
        ("ingresses: [bar], ", DENIED),
        ("users: [ann, bob], ", exempt),
        ("users: ['system:*'], ", DENIED),
        ("rules: [unknown-parameter], ", exempt),
        ("rules: [quote], ", DENIED),
        (
            "namespaces: [shop], ingresses: [cafe], users: [ann], rules: [unknown-parameter], ",
            exempt,
        ),
        (
            "namespaces: [shop], ingresses: [cafe], users: [bob], rules: [unknown-parameter], ",
            DENIED,
        ),
    ] {
        let exemption = format!("{{{conditions}until: 2026-12-31, reason: x}}");
        check("ratchet", &exemption, &[(None, ERROR, expected)]);
    }
    // Yesterday was the last day.
    let expired = "{until: 2026-06-14, reason: x}";
    check(
        "ratchet",
        expired,
        &[(None, ERROR, DENIED), (Some(ERROR), ERROR, STANDING)],
    );
    // The second one fits.
    let two = "{users: [bob], until: 2026-12-31, reason: a}, {until: 2026-12-31, reason: x}";
    check("ratchet", two, &[(None, ERROR, exempt)]);
}

#[test]
fn operations_without_an_object_are_not_judged() {
    let request_policy = request_policy(&policy("enforce", "strict", ""));
    for operation in ["DELETE", "CONNECT"] {
        let mut review = review("shop", &object(ERROR), Some(&object(ERROR)));
        review["request"]["operation"] = operation.into();
        let response = respond(&request_policy, &review);
        assert_eq!(response["allowed"], true, "{operation}");
        assert!(response.get("auditAnnotations").is_none(), "{operation}");
    }
}

#[test]
fn what_goes_away_is_spared_by_a_strict_policy_too() {
    let mut old = object(ERROR);
    old["metadata"]["deletionTimestamp"] = "2026-06-15T00:00:00Z".into();
    old["metadata"]["finalizers"] = json!(["x.example.com/y"]);
    let mut new = old.clone();
    new["metadata"]["finalizers"] = json!([]);
    let request_policy = request_policy(&policy("enforce", "strict", ""));
    let response = respond(&request_policy, &review("shop", &new, Some(&old)));
    assert_eq!(said(&response), STANDING[0]);
    // No blanket skip: that would be a way around.
    new["metadata"]["annotations"][KEY] = OTHER.into();
    let response = respond(&request_policy, &review("shop", &new, Some(&old)));
    assert_eq!(said(&response), DENIED[0]);
}

#[test]
fn each_namespace_has_its_own_mode() {
    let request_policy = request_policy(
        "mode: enforce\nnamespaces:\n- {match: [w-*], mode: warn}\n- {match: [a, 'w*'], mode: audit}\n",
    );
    for (namespace, said_of, mode) in [
        ("shop", DENIED[0], "enforce"),
        ("w-1", DENIED[1], "warn"),
        ("w1", DENIED[2], "audit"),
        ("a", DENIED[2], "audit"),
        ("ab", DENIED[0], "enforce"),
    ] {
        let mut object = ingress(&json!({KEY: "serviceName=tea srv path=/tea expire=1h"}));
        object["metadata"]["namespace"] = namespace.into();
        // Labels do not set the mode, whoever can set labels.
        object["metadata"]["labels"] = json!({"stickler/mode": "audit"});
        let response = respond(&request_policy, &review(namespace, &object, None));
        assert_eq!(said(&response), said_of, "{namespace}");
        assert_eq!(response["auditAnnotations"]["mode"], mode);
    }
}

#[test]
fn only_the_controllers_classes_are_judged() {
    let request_policy = request_policy("ingressClasses: [nginx, nginx-plus]");
    for (field, annotation, checked) in [
        (Some("nginx"), None, true),
        (Some("nginx-plus"), None, true),
        (Some("Nginx"), None, false),
        (Some("other"), None, false),
        (None, None, false),
        (None, Some("nginx"), true),
        (Some("other"), Some("nginx"), true),
        (Some("nginx"), Some("other"), false),
        (Some("nginx"), Some(""), true),
    ] {
        let mut object = object(ERROR);
        object["spec"]["ingressClassName"] = json!(field);
        if let Some(class) = annotation {
            object["metadata"]["annotations"]["kubernetes.io/ingress.class"] = class.into();
        }
        let response = respond(&request_policy, &review("shop", &object, None));
        assert_eq!(response["allowed"], !checked, "{field:?} {annotation:?}");
    }
}

#[test]
fn edition_and_version_decide_which_key_is_read() {
    let plus = "nginx.com/sticky-cookie-services";
    for (controller, annotations, expected) in [
        ("{edition: oss}", json!({plus: GOOD}), "plus-only"),
        (
            "{edition: oss}",
            json!({plus: GOOD, KEY: GOOD}),
            "plus-only",
        ),
        ("{edition: plus}", json!({plus: GOOD}), ""),
        ("{edition: unknown}", json!({plus: GOOD}), ""),
        ("{version: '5.3'}", json!({KEY: GOOD}), "key-too-new"),
        // The value is not looked at by a controller that does not know the key.
        ("{version: '5.3'}", json!({KEY: ERROR}), "key-too-new"),
        (
            "{version: '5.3'}",
            json!({KEY: GOOD, plus: ERROR}),
            "unknown-parameter,key-too-new",
        ),
        ("{version: '5.4'}", json!({KEY: GOOD}), ""),
    ] {
        let request_policy = request_policy(&format!("tls: upstream\ncontroller: {controller}"));
        let response = respond(
            &request_policy,
            &review("shop", &ingress(&annotations), None),
        );
        assert_eq!(
            denied(&response).join(","),
            expected,
            "{controller} {annotations}"
        );
    }
}
