-- With which a receiver verifies, of secrets that only Homing knows: whpk_ and base64. Null: the receiver
-- needs the secret itself.
alter table subscriptions add column public_key text;
alter table subscriptions add column previous_public_key text;
