package cli

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/store"
)

//go:embed init.yaml
var startingConfig []byte

const ignored = `# What must never be committed: the borrowers' data and the keys that open them.
/data/
/keys/
`

// carrierPassword is what duly smsc expects unless told otherwise; it protects nothing.
const carrierPassword = "duly\n"

func (a *app) initCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "init DIR",
		Short: "Make a folder with a commented starting configuration, keys and room for data",
		Long: `Makes DIR with duly.yaml, which is commented in English and Chinese, a folder of new key files and an empty
data folder. A folder that has a configuration is left as it is.

Back the keys up apart from the data: whoever has one of the two alone has nothing, and without the keys nobody can
read the data, you included. They may lie elsewhere later: in the environment, or with a key service (duly key wrap).`,
		Example: "  duly init acme\n  cd acme",
		Args:    exactly(1, "init needs one folder, such as: duly init acme"),
		RunE: func(_ *cobra.Command, args []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			return a.init(args[0], lang)
		},
	}
	return c
}

func (a *app) init(dir string, lang tongue) error {
	path := filepath.Join(dir, ConfigName)
	if _, err := os.Lstat(path); err == nil {
		return fail(Findings, "%s exists and is left as it is", path)
	} else if !errors.Is(err, os.ErrNotExist) {
		return fail(Dependency, "%s cannot be looked at: %w", path, err)
	}
	keys := filepath.Join(dir, "keys")
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.MkdirAll(filepath.Join(dir, "data"), 0o700)); err != nil {
		return fail(Dependency, "the folder cannot be made: %w", err)
	}
	if err := store.MakeKeys(keys); err != nil {
		return fail(Dependency, "the keys cannot be made: %w", err)
	}
	// The configuration comes last: where it is, everything is.
	err := errors.Join(
		writeNew(filepath.Join(keys, "carrier-main.txt"), []byte(carrierPassword), 0o600),
		writeNew(filepath.Join(dir, ".gitignore"), []byte(ignored), 0o644),
		writeNew(path, startingConfig, 0o644))
	if err != nil {
		return fail(Dependency, "the folder cannot be filled: %w", err)
	}
	enter := "  cd " + dir + "\n"
	if filepath.Clean(dir) == "." {
		enter = ""
	}
	_, err = fmt.Fprintf(a.out, lang.say(`%s is ready: duly.yaml to fill in, keys/ to back up apart from the rest, data/ for the database.

Next:
`, `%s 已就绪：请填写 duly.yaml；keys/ 为密钥，须单独备份；data/ 存放数据库。

下一步：
`)+`%s  duly import borrowers.csv loans.csv instalments.csv payments.csv
  duly assess
  duly plan --dry-run
  duly user add LOGIN --role administrator --by administrator:1
  duly serve
`, dir, enter)
	return err
}

// writeNew writes a file that must not be there yet; one of .gitignore that is there is kept.
func writeNew(path string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) && filepath.Base(path) == ".gitignore" {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// calledAs wants n arguments, and shows how the command is called.
func calledAs(n int, call string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return fail(Usage, "this is called as duly %s", call)
		}
		return nil
	}
}

// exactly wants n arguments, and says what is missing in a sentence.
func exactly(n int, sentence string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return fail(Usage, "%s", sentence)
		}
		return nil
	}
}
