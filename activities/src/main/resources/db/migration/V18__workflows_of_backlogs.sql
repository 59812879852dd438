-- What the receiver answered when it was last found unavailable: a status, or the word of a fault.
alter table standings add column answer text;

-- The run of the workflow that drains the backlog; null: none yet, and any node drains what is due.
alter table standings add column run_id text;
-- True: an operator has paused the run's activity, so nothing is sent, even while Temporal does not answer.
alter table standings add column run_paused boolean not null default false;
-- Claimed until then by the node that starts its workflow, or looks for it.
alter table standings add column look_after timestamptz;
