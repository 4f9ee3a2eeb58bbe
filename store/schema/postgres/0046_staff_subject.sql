-- +goose Up
-- Whom the lender's own sign-in (OpenID Connect) may prove to be one of our people (docs/adr/0033). An administrator says what it calls
-- them; at the first sign-in the issuer's number for them is bound, and from then on it alone counts. Keyed hashes only.
CREATE TABLE staff_subject (
	staff BIGINT PRIMARY KEY,
	claim BYTEA NOT NULL UNIQUE, -- of the issuer and of what it calls them
	subject BYTEA NOT NULL DEFAULT '\x', -- of the issuer and its number for them; empty until the first sign-in
	allowed_at BIGINT NOT NULL,
	bound_at BIGINT NOT NULL DEFAULT 0, -- 0: nobody has come in so yet
	alone BIGINT NOT NULL DEFAULT 0 -- 1: no password and no passkey lets them in without it
);
CREATE UNIQUE INDEX staff_subject_subject ON staff_subject (subject) WHERE bound_at <> 0;
ALTER TABLE staff_session ADD COLUMN sso BIGINT NOT NULL DEFAULT 0; -- 1: it began by the lender's own sign-in

-- +goose Down
ALTER TABLE staff_session DROP COLUMN sso;
DROP TABLE staff_subject;
