package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/dulyhq/duly/access"
)

// The kinds of what has versions.
const (
	StrategyKind   = "strategy"   // a portfolio's strategy
	TemplateKind   = "template"   // one text, named by its name and language
	ConfidenceKind = "confidence" // what the portfolio makes of how far its rulebooks' rules bind
)

// AsWritten is the text of a portfolio that makes nothing of how far its rulebooks' rules bind: what was in force before people first made something
// of it, and what is left when they take it back. Nobody wrote it, so that one person may go back to it.
const AsWritten = "# Every rule binds as its rulebook has it.\nid: desk\nversion: \"1\"\ntitle:\n  en: What binds here\n  zh: 本机构认定的规则效力\nbind: []\n"

// ByFile is who wrote a version that was read from the lender's files.
const ByFile = "file"

// A Lineage is what one version takes the place of another in.
type Lineage struct {
	Portfolio int64
	Kind      string
	Name      string // of a text; empty else
}

// Needs is what whoever puts a version in force has to be permitted.
func (s Lineage) Needs() access.Permission {
	if s.Kind == StrategyKind {
		return access.Activate
	}
	return access.Sign
}

// Writes is what whoever begins a version has to be permitted.
func (s Lineage) Writes() access.Permission {
	if s.Kind == ConfidenceKind {
		return access.Sign
	}
	return access.Draft
}

// A Version is one text of a lineage.
type Version struct {
	ID int64
	Lineage
	Number  int64
	Base    int64  // the version that was in force when it was begun; 0: none was
	Who     string // who wrote it, or ByFile
	MadeAt  time.Time
	SavedAt time.Time
	Digest  string // SHA-256, hex
	Body    []byte
	AskedAt time.Time // zero: a draft
	EndedAt time.Time // withdrawn or refused; zero: it is not
	EndedBy string

	Activation  int64 // of this version, the latest; 0: it never was in force
	ActivatedAt time.Time
	ActivatedBy string
	InForce     bool // it is the one of its lineage that counts
}

// State says how far a version has come, in a word.
func (v *Version) State() string {
	switch {
	case v.InForce:
		return "active"
	case v.Activation != 0:
		return "former"
	case !v.EndedAt.IsZero():
		return "ended"
	case !v.AskedAt.IsZero():
		return "asked"
	}
	return "draft"
}

// By says whether a version is of somebody's hand, under whichever role.
func (v *Version) By(who string) bool { return hand(v.Who) == hand(who) }

// hand is the number of who did something, without the role in which they did it: "staff:17" and "approver:17" are one person.
func hand(who string) string { return who[strings.LastIndexByte(who, ':')+1:] }

// An Act is who does something with a version, when.
type Act struct {
	Who    string
	At     time.Time // civil
	Real   time.Time // of the audit
	Reason string
}

// Why something cannot be done with a version.
var (
	ErrSameHand  = errors.New("store: nobody puts in force what they wrote; somebody else does")
	ErrNotAsked  = errors.New("store: this version does not wait for a second person: it is a draft, is or was in force, or was given up")
	ErrOvertaken = errors.New("store: another version was put in force since this one was begun; begin a new one from that")
	ErrStands    = errors.New("store: this version was asked for, and stands as it is")
	ErrNotYours  = errors.New("store: a draft is changed by who began it")
	ErrNoFormer  = errors.New("store: no other version was in force before")
	ErrGoneBack  = errors.New("store: this version is not in force any more: look at which one is")
)

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

const versionColumns = `v.id, v.portfolio, v.kind, v.name, v.number, v.base, v.who, v.made_at, v.saved_at, v.digest, v.asked_at, v.ended_at, v.ended_by,
	coalesce(a.id, 0), coalesce(a.at, 0), coalesce(a.who, ''),
	CASE WHEN a.id = (SELECT max(b.id) FROM activation b JOIN version w ON w.id = b.version WHERE w.portfolio = v.portfolio AND w.kind = v.kind AND w.name = v.name) THEN 1 ELSE 0 END`

const fromVersion = ` FROM version v LEFT JOIN activation a ON a.id = (SELECT max(id) FROM activation WHERE version = v.id)`

func scanVersion(rows *sql.Rows, v *Version, more ...any) error {
	var inForce int64
	err := rows.Scan(append([]any{
		&v.ID, &v.Portfolio, &v.Kind, &v.Name, &v.Number, &v.Base, &v.Who, (*msTime)(&v.MadeAt), (*msTime)(&v.SavedAt), &v.Digest, (*msTime)(&v.AskedAt),
		(*msTime)(&v.EndedAt), &v.EndedBy, &v.Activation, (*msTime)(&v.ActivatedAt), &v.ActivatedBy, &inForce,
	}, more...)...)
	v.InForce = inForce == 1
	return wrap(err)
}

func versionsWhere(ctx context.Context, tx *sql.Tx, body bool, tail string, args ...any) (out []Version, err error) {
	columns := versionColumns
	if body {
		columns += ", v.body"
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+fromVersion+tail, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v Version
		var more []any
		if body {
			more = append(more, &v.Body)
		}
		if err := scanVersion(rows, &v, more...); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, wrap(rows.Err())
}

// Versions returns those of a portfolio's kind, and of one name where that is not empty: the newest first, without their texts.
func (s *Store) Versions(ctx context.Context, of Lineage) (out []Version, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = versionsWhere(ctx, tx, false, ` WHERE v.portfolio = ? AND v.kind = ? AND (? = '' OR v.name = ?) ORDER BY v.id DESC`, of.Portfolio, of.Kind, of.Name, of.Name)
		return err
	})
	return out, err
}

// Version returns one with its text. ErrNotFound says that there is none of that number.
func (s *Store) Version(ctx context.Context, id int64) (v Version, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		v, err = oneVersion(ctx, tx, id)
		return err
	})
	return v, err
}

func oneVersion(ctx context.Context, tx *sql.Tx, id int64) (Version, error) {
	list, err := versionsWhere(ctx, tx, true, ` WHERE v.id = ?`, id)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Version{}, err
	}
	return list[0], nil
}

// InUse returns the versions of a portfolio that are in force, with their texts, by kind and name.
func (s *Store) InUse(ctx context.Context, portfolio int64) (out []Version, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = inUse(ctx, tx, portfolio)
		return err
	})
	return out, err
}

func inUse(ctx context.Context, tx *sql.Tx, portfolio int64) ([]Version, error) {
	return versionsWhere(ctx, tx, true, ` WHERE v.portfolio = ? AND a.id = (SELECT max(b.id) FROM activation b JOIN version w ON w.id = b.version
		WHERE w.portfolio = v.portfolio AND w.kind = v.kind AND w.name = v.name) ORDER BY v.kind, v.name`, portfolio)
}
