-- For how long the receiver has been held while something waits: this costs no delivery its attempts.
alter table standings add column held_for interval not null default '0';
