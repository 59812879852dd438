-- Up to ten secrets from before rotations, newest first, each of which signs as well until its own end:
-- [{"sealed": text, "publicKey": text or null, "until": time}].
alter table subscriptions add column earlier_secrets jsonb not null default '[]';

update subscriptions
set earlier_secrets = jsonb_build_array(
  jsonb_build_object(
    'sealed', previous_sealed_secret,
    'publicKey', previous_public_key,
    'until', to_char(previous_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))
where previous_sealed_secret is not null and previous_until > now();

alter table subscriptions drop column previous_sealed_secret;
alter table subscriptions drop column previous_public_key;
alter table subscriptions drop column previous_until;
