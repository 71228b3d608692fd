//! The metrics of this process, by their Prometheus names. Rooms count with the macros of the `metrics` crate and the
//! names given here: `counter!(metrics::TOOL_CALLS, "tool" => name, "status" => "ok").increment(1)`.

use std::sync::OnceLock;

use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Labels `event`, `result`.
pub const WEBHOOK_REQUESTS: &str = "seam_webhook_requests_total";
pub const WEBHOOK_DURATION: &str = "seam_webhook_duration_seconds";
/// Labels `workflow`, `status`.
pub const EXECUTIONS: &str = "seam_executions_total";
/// Label `workflow`.
pub const EXECUTION_DURATION: &str = "seam_execution_duration_seconds";
pub const EXECUTIONS_WAITING: &str = "seam_executions_waiting";
/// Labels `tool`, `status`.
pub const TOOL_CALLS: &str = "seam_tool_calls_total";
/// Label `tool`.
pub const TOOL_DURATION: &str = "seam_tool_duration_seconds";
/// Labels `endpoint`, `status`.
pub const GITHUB_REQUESTS: &str = "seam_github_requests_total";
/// Label `installation`.
pub const GITHUB_RATE_LIMIT_REMAINING: &str = "seam_github_rate_limit_remaining";
/// Labels `kind`, `result`.
pub const EFFECTS: &str = "seam_effects_total";
/// Labels `source`, `severity`.
pub const FINDINGS: &str = "seam_findings_total";
/// Label `source`.
pub const FINDINGS_LEFT_OUT: &str = "seam_findings_left_out_total";
/// Labels `provider`, `model`, `direction`.
pub const LLM_TOKENS: &str = "seam_llm_tokens_total";
/// Labels `provider`, `model`.
pub const LLM_COST: &str = "seam_llm_cost_usd_total";
/// Labels `cache`, `result`.
pub const CACHE_REQUESTS: &str = "seam_cache_requests_total";

/// Upper bounds of the histograms' buckets, in seconds: from a webhook's answer to a long execution.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];

/// Starts counting, once for this process; every call gives the handle that renders the same numbers.
pub fn install() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(start).clone()
}

fn start() -> PrometheusHandle {
    let recorder =
        PrometheusBuilder::new().set_buckets(&BUCKETS).expect("the list of buckets is not empty").build_recorder();
    let handle = recorder.handle();
    // Where a test has installed a recorder of its own, the numbers go there.
    let _ = metrics::set_global_recorder(recorder);
    describe_counter!(WEBHOOK_REQUESTS, "Webhook requests, by event and by what was answered");
    describe_histogram!(WEBHOOK_DURATION, "Time from a webhook's first byte to its answer");
    describe_counter!(EXECUTIONS, "Finished executions");
    describe_histogram!(EXECUTION_DURATION, "Time from an execution's claim to its end");
    describe_gauge!(EXECUTIONS_WAITING, "Executions that wait for a worker");
    describe_counter!(TOOL_CALLS, "Calls of tools");
    describe_histogram!(TOOL_DURATION, "Time a tool took");
    describe_counter!(GITHUB_REQUESTS, "Requests to GitHub");
    describe_gauge!(GITHUB_RATE_LIMIT_REMAINING, "What is left of the hour's requests");
    describe_counter!(EFFECTS, "Writes to GitHub");
    describe_counter!(FINDINGS, "Findings");
    describe_counter!(FINDINGS_LEFT_OUT, "Findings that were left out: what they quote is not in the head");
    describe_counter!(LLM_TOKENS, "Tokens sent to and received from a language model");
    describe_counter!(LLM_COST, "What language models cost, in US dollars");
    describe_counter!(CACHE_REQUESTS, "Look-ups in caches");
    handle
}
