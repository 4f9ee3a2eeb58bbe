//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Copy makes a cluster of a base backup of this one, and starts it. Recovered says that it reads logs to the end of what it
// finds, as a recovery from an archive does: it then has a timeline of its own. Stop stops the copy alone.
func (c *Cluster) Copy(recovered bool) (*Cluster, error) {
	n := &Cluster{bin: c.bin, owner: c.owner}
	var err error
	if n.dir, err = os.MkdirTemp("", "duly-pg-"); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	if err := n.copyOf(c, recovered); err != nil {
		return nil, errors.Join(err, os.RemoveAll(n.dir))
	}
	return n, nil
}

func (c *Cluster) copyOf(from *Cluster, recovered bool) error {
	if c.owner != nil {
		if err := os.Chown(c.dir, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(c.dir, "data")
	out, err := c.command(filepath.Join(c.bin, "pg_basebackup"), "-h", from.dir, "-U", "duly", "-D", data, "-c", "fast", "-X", "stream", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("pgtest: pg_basebackup: %w: %s", err, out)
	}
	f, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	_, err = fmt.Fprintf(f, "unix_socket_directories = '%s'\nrestore_command = 'false'\n", c.dir)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if recovered {
		signal := filepath.Join(data, "recovery.signal")
		if err := os.WriteFile(signal, nil, 0o600); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
		if c.owner != nil {
			if err := os.Chown(signal, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
				return err
			}
		}
	}
	return c.Restart()
}
