-- TLS as the receiver of a subscription wants it, in PEM: whom to trust, null for whomever the JVM trusts, and
-- the certificate that Homing shows, null for none.
alter table subscriptions add column tls_authority text;
alter table subscriptions add column tls_certificate text;
-- The key of that certificate: AES-256-GCM, under HOMING_ENCRYPTION_KEYS.
alter table subscriptions add column sealed_tls_key text;
