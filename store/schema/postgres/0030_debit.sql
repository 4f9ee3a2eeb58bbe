-- +goose Up
-- Debits that were announced, by when their money is there: which of them failed is looked for after each feed of payments.
CREATE INDEX loan_fact_debit ON loan_fact (debit_until) WHERE debit_until > 0;

-- +goose Down
DROP INDEX loan_fact_debit;
