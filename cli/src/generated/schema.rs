//! JSON Schemas of all that `--json` prints, one for each `type`.

use alc_core::{
    ComparisonView, EvaluationView, EventView, FORMAT, FindingView, InstalledView, LinkedView,
    PackageView, RemovedView, ResultView, ScenarioView, ScenariosView, SessionView, SpecsView,
    UnlinkedView, UpdatedView,
};
use schemars::{
    JsonSchema, Schema,
    generate::SchemaSettings,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};

use crate::json::{
    AliasLine, CancelledLine, CardLine, CheckedLine, CollectedLine, ComparisonLine, DaemonLine,
    DeletedLine, DiffLine, ErrorLine, ExitCodesLine, ExportedLine, FileLine, FindingLine,
    GivenLine, KeyLine, LineageLine, LoggedLine, NotedLine, QueryLine, ResetLine, ResumedLine,
    SampleLine, SettingLine, StoppedLine, SummaryLine, TextLine, ValueLine, VersionLine,
    WarningLine,
};

/// Each `type` and the schema of its lines.
pub(super) fn all() -> Vec<(&'static str, String)> {
    vec![
        of::<AliasLine>("alias"),
        of::<GivenLine>("answer"),
        of::<CancelledLine>("cancelled"),
        of::<CardLine>("card"),
        of::<ComparisonLine>("card_comparison"),
        of::<SummaryLine>("card_summary"),
        of::<CheckedLine>("checked"),
        of::<CollectedLine>("collected"),
        of::<ComparisonView>("comparison"),
        of::<DaemonLine>("daemon"),
        of::<DeletedLine>("deleted"),
        of::<DiffLine>("diff"),
        of::<ErrorLine>("error"),
        of::<EvaluationView>("evaluation"),
        of::<EventView>("event"),
        of::<ExitCodesLine>("exit_codes"),
        of::<ExportedLine>("exported"),
        of::<FileLine>("file"),
        of::<FindingLine>("finding"),
        of::<InstalledView>("installed"),
        of::<KeyLine>("key"),
        of::<LineageLine>("lineage"),
        of::<LinkedView>("linked"),
        of::<LoggedLine>("logged"),
        of::<NotedLine>("noted"),
        of::<PackageView>("package"),
        of::<FindingView>("package_finding"),
        of::<QueryLine>("query"),
        of::<RemovedView>("removed"),
        of::<ResetLine>("reset"),
        of::<ResultView>("result"),
        of::<ResumedLine>("resumed"),
        of::<SampleLine>("sample"),
        of::<ScenarioView>("scenario"),
        of::<ScenariosView>("scenarios_installed"),
        of::<SessionView>("session"),
        of::<SettingLine>("setting"),
        of::<SpecsView>("specs"),
        of::<StoppedLine>("stopped"),
        of::<TextLine>("text"),
        of::<UnlinkedView>("unlinked"),
        of::<UpdatedView>("updated"),
        of::<ValueLine>("value"),
        of::<VersionLine>("version"),
        of::<WarningLine>("warning"),
    ]
}

fn of<T: JsonSchema>(kind: &'static str) -> (&'static str, String) {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(AbsentIsMissing);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    // What schemars cannot know: the tag of a struct, and the value of its format.
    if let Some(Value::Object(members)) = schema.get_mut("properties") {
        members.insert("v".to_owned(), json!({"const": FORMAT}));
        members.insert("type".to_owned(), json!({"const": kind}));
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.insert(0, json!("type"));
    }
    schema.insert("title".to_owned(), json!(format!("alc {kind}")));
    (kind, format!("{:#}\n", schema.to_value()))
}

/// Takes `null` from what an optional member may be: it is left out instead.
#[derive(Clone, Debug)]
struct AbsentIsMissing;

impl Transform for AbsentIsMissing {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [name] = types.as_slice() {
                let name = name.clone();
                schema.insert("type".to_owned(), name);
            }
        }
        if let Some(Value::Array(any)) = schema.get_mut("anyOf") {
            any.retain(|one| one["type"] != "null");
            if let [Value::Object(one)] = any.as_slice() {
                let one = one.clone();
                schema.remove("anyOf");
                for (key, value) in one {
                    schema.insert(key, value);
                }
            }
        }
    }
}
