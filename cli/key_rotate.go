package cli

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/store"
)

// keyStoreCommands are those that work with the data keys, which lie in the database, each sealed by the key that duly.yaml names.
func (a *app) keyStoreCommands() []*cobra.Command {
	var by string
	var asJSON bool
	list := a.storeCommand("list", "Which keys there are, and how many rows each still seals",
		"Shows the keys with the rows that each still seals; of texts up to a hundred are one row. Every sealed row is looked at.", "  duly key list --json",
		exactly(0, "key list takes no arguments"), func(ctx context.Context, s *store.Store, lang tongue, _ []string) error {
			return a.keyList(ctx, s, lang, asJSON)
		})
	list.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	fresh := a.storeCommand("new", "Make a key that is not in use yet", "Makes a key, sealed by the one that duly.yaml names. duly key rotate puts it in use.", "  duly key new --by administrator:1",
		exactly(0, "key new takes no arguments"), func(ctx context.Context, s *store.Store, lang tongue, _ []string) error {
			tag, err := s.NewSealKey(ctx, by, a.clock.read())
			if err != nil {
				return keyFault(err)
			}
			return a.told(lang, "%s was made, and is not in use yet", "已生成密钥 %s，尚未启用", tag)
		})
	rotate := a.storeCommand("rotate [KEY]", "Let another key seal what is written from now on",
		`Lets a key seal what is written from now on: the one that is named, else the newest that was not in use yet, else a new one. Every running
process takes it up within seconds, on every machine. What older keys sealed is sealed anew by duly serve, or by duly key reseal. A
binary of before there were such keys refuses the database from then on.`, "  duly key rotate --by administrator:1",
		atMost(1, "key rotate takes one key at most"), func(ctx context.Context, s *store.Store, lang tongue, args []string) error {
			tag, err := a.keyRotate(ctx, s, by, args)
			if err != nil {
				return keyFault(err)
			}
			return a.told(lang, "%s seals what is written from now on", "此后写入的数据由密钥 %s 加密", tag)
		})
	reseal := a.storeCommand("reseal", "Seal anew what older keys sealed, now", "Does at once what duly serve does bit by bit. It may be ended at any time, and goes on where it stopped.", "  duly key reseal",
		exactly(0, "key reseal takes no arguments"), func(ctx context.Context, s *store.Store, lang tongue, _ []string) error {
			return a.keyReseal(ctx, s, lang)
		})
	retire := a.storeCommand("retire KEY", "Take a key away for good that seals nothing any more",
		`Takes a key away for good. It is refused while a row is sealed by it, and within a minute of the change to another. Backups keep the keys that
they were made with: they open with the key that duly.yaml names.`, "  duly key retire 0a1b2c3d --by administrator:1",
		exactly(1, "key retire needs one key, as duly key list shows it"), func(ctx context.Context, s *store.Store, lang tongue, args []string) error {
			tag, err := keyTag(args[0])
			if err == nil {
				err = s.RetireSealKey(ctx, tag, by, a.clock.read())
			}
			if err != nil {
				return keyFault(err)
			}
			return a.told(lang, "%s was retired", "密钥 %s 已停用并销毁", tag)
		})
	for _, c := range []*cobra.Command{fresh, rotate, retire} {
		c.Flags().StringVar(&by, "by", "", "who does it: a role or a number of staff, such as administrator:1")
		run := c.RunE
		c.RunE = func(c *cobra.Command, args []string) error {
			if err := staff(by); err != nil {
				return err
			}
			return run(c, args)
		}
	}
	return []*cobra.Command{list, fresh, rotate, reseal, retire}
}

// storeCommand is a command that works with the store.
func (a *app) storeCommand(use, short, long, example string, args cobra.PositionalArgs, run func(context.Context, *store.Store, tongue, []string) error) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, Example: example, Args: args, RunE: func(c *cobra.Command, args []string) error {
		lang, err := a.tongue()
		if err != nil {
			return err
		}
		cfg, err := a.loadConfig()
		if err != nil {
			return err
		}
		return cfg.withStore(c.Context(), func(s *store.Store) error { return run(c.Context(), s, lang, args) })
	}}
	return c
}

func (a *app) keyRotate(ctx context.Context, s *store.Store, by string, args []string) (store.Tag, error) {
	if len(args) > 0 {
		tag, err := keyTag(args[0])
		if err != nil {
			return 0, err
		}
		return s.UseSealKey(ctx, tag, by, a.clock.read())
	}
	tag, err := s.UseSealKey(ctx, 0, by, a.clock.read())
	if !errors.Is(err, store.ErrNotFound) {
		return tag, err
	}
	if tag, err = s.NewSealKey(ctx, by, a.clock.read()); err != nil {
		return 0, err
	}
	return s.UseSealKey(ctx, tag, by, a.clock.read())
}

// keyReseal goes through everything until nothing is found. A minute after a change of keys that is the end of it.
func (a *app) keyReseal(ctx context.Context, s *store.Store, lang tongue) error {
	changed := int64(0)
	for {
		r, err := s.Reseal(ctx, math.MaxInt, a.clock.read())
		if err != nil {
			return fail(Dependency, "it goes on where it stopped: %w", err)
		}
		if changed += r.Changed; r.Changed == 0 {
			return a.told(lang, "%s sealed anew", "已重新加密%s", rowsOf(lang, changed))
		}
	}
}

func keyTag(s string) (store.Tag, error) {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 8 {
		return 0, fail(Usage, "%q is no key; duly key list shows them, such as 0a1b2c3d", s)
	}
	return store.Tag(n), nil
}

func keyFault(err error) error {
	var said *Error
	switch {
	case errors.As(err, &said):
		return err
	case errors.Is(err, store.ErrNotFound):
		return fail(Findings, "there is no such key; duly key list shows those that there are")
	case errors.Is(err, store.ErrKeySeals):
		return fail(Findings, "%w: duly serve seals them anew, or duly key reseal does at once; duly key list counts them", err)
	case errors.Is(err, store.ErrKeyInUse), errors.Is(err, store.ErrKeySettles), errors.Is(err, store.ErrKeyMoved), errors.Is(err, store.ErrKeyGone), errors.Is(err, store.ErrKeyKind):
		return fail(Findings, "%w", err)
	}
	return fail(Dependency, "%w", err)
}

// A keyLine is a key as duly key list --json has it.
type keyLine struct {
	Key       string           `json:"key"`
	Root      bool             `json:"root"` // the one that duly.yaml names
	InUse     bool             `json:"in_use"`
	MadeAt    *time.Time       `json:"made_at"`
	By        string           `json:"by"`
	Since     *time.Time       `json:"since"`
	RetiredAt *time.Time       `json:"retired_at"`
	Rows      int64            `json:"rows"`
	Tables    map[string]int64 `json:"tables"`
}

func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (a *app) keyList(ctx context.Context, s *store.Store, lang tongue, asJSON bool) error {
	keys, damaged, err := s.SealKeys(ctx)
	if err != nil {
		return fail(Dependency, "%w", err)
	}
	g := &page{w: a.out, lang: lang, zone: time.Local}
	enc := json.NewEncoder(a.out)
	for i := range keys {
		k := &keys[i]
		l := keyLine{
			Key: k.Tag.String(), Root: k.Root, InUse: k.InUse, MadeAt: timeOrNone(k.MadeAt), By: k.Who, Since: timeOrNone(k.Since), RetiredAt: timeOrNone(k.RetiredAt), Tables: k.Rows,
		}
		for _, n := range k.Rows {
			l.Rows += n
		}
		if asJSON {
			if err := enc.Encode(l); err != nil {
				return err
			}
			continue
		}
		g.line("%s  %s", l.Key, keyWords(lang, k, l.Rows))
		for _, table := range slices.Sorted(maps.Keys(k.Rows)) {
			g.line("  %-16s %s", table, grouped(int(k.Rows[table])))
		}
	}
	if damaged > 0 {
		return fail(Findings, lang.say("sealed by no key that there is: %s", "找不到对应的密钥：%s"), rowsOf(lang, int64(damaged)))
	}
	return nil
}

// keyWords say how a key is.
func keyWords(lang tongue, k *store.SealKey, rows int64) string {
	how := lang.say("not in use yet", "尚未启用")
	switch {
	case k.InUse:
		how = lang.say("in use", "使用中")
	case !k.RetiredAt.IsZero():
		how = lang.say("retired", "已停用")
	case !k.Since.IsZero():
		how = lang.say("former", "已替换")
	}
	if k.Root {
		how += lang.say(", named by duly.yaml", "，由 duly.yaml 指定")
	}
	return how + lang.say(", seals ", "，仍加密") + rowsOf(lang, rows)
}

// rowsOf counts sealed rows, in words.
func rowsOf(lang tongue, n int64) string {
	return lang.say(count(int(n), "row", "rows"), grouped(int(n))+"条记录")
}
