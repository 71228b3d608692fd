//! A pull request on the table: findings in, the plan's memory carried from round to round.

use std::collections::BTreeMap;

use seam::{
    domain::{
        anchor::{Anchor, Side},
        effect::{CheckRunReport, Effect, EffectKey, InlineComment},
        finding::{Analysis, Category, Confidence, Finding, Fingerprint, Severity, Source},
        ids::{CommentId, CommitSha, PullNumber},
        ledger::{FileStatus, Handled, LedgerRow, Looked},
    },
    review::{
        input::{PullFacts, ReviewInput, Target},
        mark::Mark,
        memory::{Known, Posted, Resolution, ThreadSeen, Word, attach, reconcile},
        plan::{ReviewPlan, plan},
    },
};

pub(super) fn sha(number: usize) -> CommitSha {
    format!("{number:040x}").parse().unwrap()
}

/// A warning on one line of `path`, recognised by `code`.
pub(super) fn finding(path: &str, line: u32, code: &str) -> Finding {
    Finding {
        rule: "py/no-eval".to_owned(),
        severity: Severity::Warning,
        category: Category::Security,
        path: path.to_owned(),
        start_line: line,
        end_line: line,
        message: format!("`{code}` runs text as code."),
        suggestion: None,
        cwe: vec![95],
        fingerprint: Fingerprint::of("py/no-eval", "", code),
        source: Source::Rule,
        confidence: Confidence::High,
        evidence: Some(code.to_owned()),
        anchor: Some(Anchor { side: Side::Right, start_line: line, line }),
    }
}

pub(super) fn row(path: &str, handled: Handled, reason: Option<&str>) -> LedgerRow {
    let looked = match handled {
        Handled::Reviewed => Looked::ALL,
        Handled::Linted => Looked { syntax: false, ..Looked::ALL },
        Handled::Skipped => Looked::default(),
    };
    let (path, reason) = (path.to_owned(), reason.map(str::to_owned));
    LedgerRow { path, status: FileStatus::Modified, handled, looked, reason }
}

/// Pull request 12 at its first commit, with every file of the findings reviewed.
pub(super) fn input(findings: Vec<Finding>) -> ReviewInput {
    let mut paths: Vec<_> = findings.iter().map(|finding| finding.path.clone()).collect();
    paths.extend(["a.py".to_owned(), "b.py".to_owned()]);
    paths.sort();
    paths.dedup();
    let ledger = paths.iter().map(|path| row(path, Handled::Reviewed, None)).collect();
    ReviewInput {
        policy: seam::config::policy::Policy::default(),
        target: Target::Pull(PullFacts {
            number: PullNumber(12),
            head: sha(1),
            author: Some("ada".to_owned()),
            labels: Vec::new(),
            base: "main".to_owned(),
            draft: false,
            fork: false,
        }),
        analysis: Analysis { findings, ledger },
        known: Vec::new(),
        dismissed: Vec::new(),
        others: Vec::new(),
        unchanged: Default::default(),
        renames: Default::default(),
        summary: None,
        blocking: Vec::new(),
        notes: Vec::new(),
        run_url: Some("https://seam.example.com/executions/7".to_owned()),
    }
}

/// A pull request whose rounds follow each other, with the threads that GitHub would show.
#[derive(Default)]
pub(super) struct PullRequest {
    pub(super) stored: Vec<Known>,
    pub(super) threads: Vec<ThreadSeen>,
    pub(super) commits: usize,
    /// Of the next rounds only so many effects are done.
    pub(super) stop_after: Option<usize>,
    done: BTreeMap<EffectKey, CommentId>,
}

impl PullRequest {
    /// Reviews the next commit, does the effects, and remembers.
    pub(super) fn push(&mut self, findings: Vec<Finding>) -> ReviewPlan {
        self.review(input(findings))
    }

    pub(super) fn review(&mut self, mut next: ReviewInput) -> ReviewPlan {
        self.commits += 1;
        if let Target::Pull(pull) = &mut next.target {
            pull.head = sha(self.commits);
        }
        self.stored = reconcile(std::mem::take(&mut self.stored), &self.threads);
        next.known.clone_from(&self.stored);
        let plan = plan(&next);
        let mut memory = plan.memory.clone();
        attach(&mut memory, &self.perform(&plan));
        for row in memory {
            let same = |one: &&mut Known| (&one.fingerprint, one.occurrence) == (&row.fingerprint, row.occurrence);
            match self.stored.iter_mut().find(same) {
                Some(one) => *one = row,
                None => self.stored.push(row),
            }
        }
        plan
    }

    fn perform(&mut self, plan: &ReviewPlan) -> Vec<Posted> {
        let before = self.threads.len();
        for planned in plan.effects.iter().take(self.stop_after.unwrap_or(usize::MAX)) {
            match &planned.effect {
                Effect::CreateReview { comments, .. } => {
                    comments.iter().for_each(|comment| {
                        self.begin_thread(&comment.path, Some(comment.anchor.line), &comment.body);
                    });
                }
                Effect::CreateFileComment { path, body, .. } => self.begin_thread(path, None, body),
                // Whoever asks for the same effect again gets what came of it.
                Effect::ReplyInThread { .. } if self.done.contains_key(&planned.key) => {}
                Effect::ReplyInThread { comment, body, .. } => {
                    self.done.insert(planned.key.clone(), *comment);
                    let thread = self.threads.iter_mut().find(|one| one.comment_id == *comment).unwrap();
                    thread.last_word = Word::of(body);
                }
                Effect::ResolveThread { thread } => {
                    let thread = self.threads.iter_mut().find(|one| one.thread_node_id == *thread).unwrap();
                    assert_eq!(thread.resolution, Resolution::Unresolved, "resolved twice");
                    thread.resolution = Resolution::ByApp;
                }
                Effect::ReopenThread { thread } => {
                    let thread = self.threads.iter_mut().find(|one| one.thread_node_id == *thread).unwrap();
                    assert_ne!(thread.resolution, Resolution::Unresolved, "opened twice");
                    thread.resolution = Resolution::Unresolved;
                }
                _ => {}
            }
        }
        let posted = |thread: &ThreadSeen| Posted {
            fingerprint: Mark::ending(&thread.body).unwrap().fingerprint().unwrap(),
            path: thread.path.clone(),
            line: thread.line,
            comment_id: thread.comment_id,
            thread_node_id: Some(thread.thread_node_id.clone()),
        };
        self.threads[before..].iter().map(posted).collect()
    }

    fn begin_thread(&mut self, path: &str, line: Option<u32>, body: &str) {
        let number = self.threads.len() as i64 + 1;
        self.threads.push(ThreadSeen {
            thread_node_id: format!("thread-{number}"),
            comment_id: CommentId(number),
            body: body.to_owned(),
            last_word: None,
            path: path.to_owned(),
            line,
            outdated: false,
            resolution: Resolution::Unresolved,
            disliked: false,
        });
    }

    /// A person resolves the open threads about `code`.
    pub(super) fn resolve(&mut self, code: &str) {
        let mark = Mark::finding(&Fingerprint::of("py/no-eval", "", code));
        for thread in &mut self.threads {
            if Mark::ending(&thread.body).as_ref() == Some(&mark) && thread.resolution == Resolution::Unresolved {
                thread.resolution = Resolution::ByPerson;
            }
        }
    }

    /// Replies of Seam's under a comment.
    pub(super) fn said(&self, comment: i64) -> usize {
        self.done.values().filter(|one| **one == CommentId(comment)).count()
    }

    pub(super) fn unresolved(&self) -> usize {
        self.threads.iter().filter(|thread| thread.resolution == Resolution::Unresolved).count()
    }
}

/// The plan's effects, one short line each.
pub(super) fn outline(plan: &ReviewPlan) -> String {
    let line = |effect: &Effect| match effect {
        Effect::CreateReview { comments, verdict, .. } => {
            let places: Vec<_> = comments.iter().map(|c| format!("{}:{}", c.path, c.anchor.line)).collect();
            format!("review {verdict:?} {}", places.join(" "))
        }
        Effect::CreateFileComment { path, .. } => format!("file comment {path}"),
        Effect::UpsertComment { .. } => "summary".to_owned(),
        Effect::ReplyInThread { comment, body, .. } | Effect::UpsertReply { comment, body, .. } => {
            format!("reply {comment} {}", body.lines().next().unwrap())
        }
        Effect::ResolveThread { thread } => format!("resolve {thread}"),
        Effect::DismissReview { review, message, .. } => format!("dismiss {review}: {message}"),
        other @ (Effect::React { .. } | Effect::DescribePull { .. } | Effect::CreateCommit { .. }) => {
            other.kind().to_owned()
        }
        Effect::ReopenThread { thread } => format!("reopen {thread}"),
        Effect::CompleteCheckRun { check, .. } => format!("check {:?} {}", check.conclusion, check.title),
        other => other.kind().to_owned(),
    };
    plan.effects.iter().map(|planned| line(&planned.effect)).collect::<Vec<_>>().join("\n")
}

pub(super) fn inline_comments(plan: &ReviewPlan) -> Vec<InlineComment> {
    plan.effects
        .iter()
        .flat_map(|planned| match &planned.effect {
            Effect::CreateReview { comments, .. } => comments.clone(),
            _ => Vec::new(),
        })
        .collect()
}

pub(super) fn check_run(plan: &ReviewPlan) -> CheckRunReport {
    let check = |planned: &seam::domain::effect::PlannedEffect| match &planned.effect {
        Effect::CompleteCheckRun { check, .. } => Some(check.clone()),
        _ => None,
    };
    plan.effects.iter().find_map(check).unwrap()
}
