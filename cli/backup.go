package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/store"
)

func (a *app) backupCommand() *cobra.Command {
	by := ""
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database into a file while everything runs on",
		Long: `Writes the database as it stands into FILE, which must not be there yet. Whatever runs, runs on. The file is looked
through, durable when the command ends, and readable by its owner only; names, phones and texts stay sealed in it, so that it is
nothing without the keys, wherever duly.yaml takes them from (files, the environment, a key service): keep these apart from it.

The copy says of itself that it is one: where it is put back, nothing is handed over before a person has looked at what
may have left since, with duly release.

PostgreSQL is backed up by its own programs; docs/operations.md says how.`,
		Example: `  duly backup /backup/duly-2026-11-25.db
  duly restore /backup/duly-2026-11-25.db`,
		Args: exactly(1, "backup needs one file, such as: duly backup /backup/duly.db"),
		RunE: func(c *cobra.Command, args []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			if err := staff(by); err != nil {
				return err
			}
			return cfg.withStore(c.Context(), func(s *store.Store) error {
				if err := s.Backup(c.Context(), args[0], by, a.clock.read()); errors.Is(err, store.ErrServerCopies) {
					return fail(Usage, "%w", err)
				} else if err != nil {
					return fail(Dependency, "%w", err)
				}
				info, err := os.Stat(args[0])
				if err != nil {
					return fail(Dependency, "the backup cannot be found: %w", err)
				}
				g := &page{w: a.out, lang: lang}
				g.line(lang.say("%s: %s bytes; it needs the keys, which are not in it", "%s：%s字节；不含密钥，须另行备份"), args[0], grouped(int(info.Size())))
				return nil
			})
		},
	}
	byWhom(c, &by)
	return c
}

func (a *app) restoreCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the database; nothing leaves from it before duly release",
		Long: `Puts FILE, which duly backup made, in the place of the database. Every duly that works on the database has to be stopped.
What lies there is kept beside, under another name. The file is tried with the keys first: one that they do not open
changes nothing.

From then on nothing is handed over: the backup does not know what left and who asked to be left alone since it was
made. duly release tells what is known of that, and lets hand-over go on.`,
		Example: "  duly restore /backup/duly-2026-11-25.db\n  duly release",
		Args:    exactly(1, "restore needs one file, such as: duly restore /backup/duly.db"),
		RunE: func(c *cobra.Command, args []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			if cfg.Database.URL != "" {
				return fail(Usage, "%w", store.ErrServerCopies)
			}
			keys, err := cfg.loadKeys(c.Context())
			if err != nil {
				return err
			}
			if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
				return fail(Dependency, "the data folder cannot be made: %w", err)
			}
			aside, err := store.Restore(c.Context(), cfg.Data, args[0], keys, a.clock.read())
			switch {
			case errors.Is(err, store.ErrWrongKeys):
				return fail(Input, "the keys that %s names do not open %s: %w", cfg.File, args[0], err)
			case err != nil:
				return fail(Dependency, "%w", err)
			}
			g := &page{w: a.out, lang: lang}
			if aside != "" {
				g.line(lang.say("what was there is kept as %s", "原数据库保留为 %s"), aside)
			}
			g.line("%s", lang.say("the backup is in its place; nothing is handed over until duly release", "备份已恢复；在执行 duly release 之前不会交付任何短信"))
			return nil
		},
	}
	return c
}
