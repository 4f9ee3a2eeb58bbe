package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/store"
)

// AuditCheckpoint is the file beside the witness in which a machine keeps the last checkpoint that it signed or saw.
const AuditCheckpoint = "audit-checkpoint.txt"

// checkpoint returns the file of the last checkpoint.
func (c *Config) checkpoint() string { return filepath.Join(filepath.Dir(c.Witness), AuditCheckpoint) }

// kept returns the last checkpoint that this machine keeps; empty where there is none.
func (c *Config) kept() (string, error) {
	b, err := os.ReadFile(c.checkpoint())
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return string(b), err
}

// keep keeps a checkpoint, whole or not at all.
func (c *Config) keep(a *store.AuditSeal) error {
	if a.Note == "" {
		return nil
	}
	next := c.checkpoint() + ".new"
	return errors.Join(os.WriteFile(next, []byte(a.Note), 0o600), os.Rename(next, c.checkpoint()))
}

// seal seals what the audit holds since the last checkpoint, and keeps the new one outside the database.
func (c *Config) seal(ctx context.Context, s *store.Store, at time.Time, anew bool) (store.AuditSeal, error) {
	kept, err := c.kept()
	if err != nil {
		return store.AuditSeal{}, err
	}
	last, err := s.SealAudit(ctx, at, kept, anew)
	if err != nil || last.Note == kept {
		return last, err
	}
	return last, c.keep(&last)
}

type auditFlags struct {
	by, reason string
	against    []string
	anew       bool
}

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:   "audit",
		Short: "Who did what: check that nobody changed it, export it",
		Long: `What people do is kept in the audit: ids, never personal data. Its rows are the leaves of a Merkle tree; duly serve seals it every
minute by a checkpoint, which is signed with keys/audit.key and kept beside the witness file too. verify goes through all of it and
finds each row that was changed, taken away, put in or moved, and an end that was cut off. Send checkpoints (duly audit seal prints
the newest) to somebody who has no part in running Duly: with one of theirs, --against shows that nothing before it has changed.

The exit status of verify is 1 where something is not as it was sealed.`,
		Example: `  duly audit verify
  duly audit verify --against checkpoint-2026-09.txt
  duly audit export > audit.jsonl
  duly audit seal > checkpoint-2026-09.txt`,
		Args: exactly(0, "audit takes no arguments: duly audit verify, export, seal or key"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	sub := func(use, short, example string, run func(context.Context, *Config, *store.Store) error) *cobra.Command {
		s := &cobra.Command{
			Use: use, Short: short, Example: "  duly audit " + example, Args: calledAs(0, "audit "+use),
			RunE: func(c *cobra.Command, _ []string) error {
				cfg, err := a.loadConfig()
				if err != nil {
					return err
				}
				return cfg.withStore(c.Context(), func(s *store.Store) error { return audited(run(c.Context(), cfg, s)) })
			},
		}
		c.AddCommand(s)
		return s
	}
	verify := sub("verify", "Compare every row with what was sealed", "verify --against checkpoint.txt", func(ctx context.Context, cfg *Config, s *store.Store) error {
		return a.auditVerify(ctx, cfg, s, f)
	})
	verify.Flags().StringArrayVar(&f.against, "against", nil, "file with a checkpoint that was kept elsewhere; may be given several times")
	sub("export", "The sealed rows as JSON Lines, and the checkpoint that seals them", "export > audit.jsonl", func(ctx context.Context, _ *Config, s *store.Store) error {
		return a.auditExport(ctx, s)
	})
	seal := sub("seal", "Seal what came since the last checkpoint, and print the newest", "seal > checkpoint.txt", func(ctx context.Context, cfg *Config, s *store.Store) error {
		return a.auditSeal(ctx, cfg, s, f)
	})
	seal.Flags().BoolVar(&f.anew, "anew", false, "go on although the last checkpoint that this machine keeps is not part of the audit: the database was put back")
	seal.Flags().StringVar(&f.by, "by", "", "with --anew: who says so, a role or a number of staff")
	seal.Flags().StringVar(&f.reason, "reason", "", "with --anew: why")
	key := &cobra.Command{
		Use: "key", Short: "Make the key that signs checkpoints, for a folder from before there was one", Example: "  duly audit key", Args: calledAs(0, "audit key"),
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			if err := store.MakeAuditKey(cfg.Keys); err != nil {
				return fail(Findings, "the key is left as it is: %w", err)
			}
			_, err = fmt.Fprintln(a.out, filepath.Join(cfg.Keys, store.AuditPubFile))
			return err
		},
	}
	c.AddCommand(key)
	return c
}

// audited says what to do about what went wrong.
func audited(err error) error {
	switch {
	case errors.Is(err, store.ErrNoAuditKey):
		return fail(Input, "there is no key that signs checkpoints; duly audit key makes one")
	case errors.Is(err, store.ErrAuditForked):
		return fail(Findings, "the audit does not go on from the checkpoint that this machine keeps: rows were changed or taken away, or the database was put back; duly audit verify says more. "+
			"After a restore that you know of: duly audit seal --anew --by compliance:17 --reason …")
	}
	return err
}

func (a *app) auditVerify(ctx context.Context, cfg *Config, s *store.Store, f auditFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	var notes []string
	kept, err := cfg.kept()
	if err != nil {
		return fail(Input, "the checkpoint that this machine keeps cannot be read: %w", err)
	}
	if kept != "" {
		notes = append(notes, kept)
	}
	for _, path := range f.against {
		b, err := os.ReadFile(path)
		if err != nil {
			return fail(Input, "%s cannot be read: %w", path, bare(err))
		}
		notes = append(notes, string(b))
	}
	check, err := s.VerifyAudit(ctx, notes...)
	if err != nil && !errors.Is(err, store.ErrNoAuditKey) {
		return fail(Input, "%w", err)
	}
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	g := &page{w: w, lang: lang, zone: time.Local}
	for _, x := range check.Faults {
		g.line("%s", x)
	}
	g.line(lang.say("%s sealed by %s; %s since the last one", "已封存%s，检查点%s；其后新增%s"),
		lang.say(count(int(check.Rows), "row", "rows"), grouped(int(check.Rows))+"条"), lang.say(count(check.Seals, "checkpoint", "checkpoints"), grouped(check.Seals)+"个"),
		lang.say(count(int(check.Open), "row", "rows"), grouped(int(check.Open))+"条"))
	if err := w.Flush(); err != nil {
		return err
	}
	if len(check.Faults) > 0 {
		return fail(Findings, "the audit is not as it was sealed; what was found stands above")
	}
	_, err = fmt.Fprintln(a.out, lang.say("nothing that is sealed was changed", "已封存的记录未被改动"))
	return err
}

func (a *app) auditExport(ctx context.Context, s *store.Store) error {
	w := bufio.NewWriter(a.out)
	last, err := s.ExportAudit(ctx, func(line []byte) error {
		_, err := w.Write(append(line, '\n'))
		return err
	})
	if err == nil && last.Note != "" {
		_, err = fmt.Fprintf(w, "{\"checkpoint\":%q}\n", last.Note)
	}
	return errors.Join(err, w.Flush())
}

func (a *app) auditSeal(ctx context.Context, cfg *Config, s *store.Store, f auditFlags) error {
	if f.anew {
		if err := staff(f.by); err != nil {
			return err
		}
		if f.reason == "" {
			return fail(Usage, "--anew needs --reason")
		}
		if err := s.Record(ctx, store.Deed{At: a.clock.read(), Who: f.by, What: "audit_anew", Subject: "audit", Reason: f.reason}); err != nil {
			return err
		}
	}
	last, err := cfg.seal(ctx, s, a.clock.read(), f.anew)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(a.out, last.Note)
	return err
}
