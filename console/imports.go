package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/serve"
	"github.com/dulyhq/duly/store"
)

// ImportPath is where files are sent to: more than elsewhere, by who may.
const ImportPath = Path + "imports"

// A bringing is the page on which files are chosen.
type bringing struct {
	Portfolios []string
	Snapshot   bool
	Way, Most  int // imports of everybody's that are on their way, and how many there may be
	Mine       []ownImport
}

// An ownImport is one of the visitor's own.
type ownImport struct{ ID, Portfolio, Phase, Ends string }

var phaseWords = map[phase][2]string{
	mapping: {"待核对列名", "columns to be said"}, checking: {"正在试算", "being checked"}, checked: {"已试算，待确认", "checked, and waits for you"},
	running: {"正在导入", "going in"}, finished: {"已导入", "imported"},
}

// errImportGone says that there is no such import of the visitor's, or none any more.
var errImportGone = errors.New("console: there is no such import")

// importGone says so in words, because somebody may come back to one after a day.
func (v *visit) importGone() error {
	return v.show(http.StatusNotFound, "import_gone", "这次导入已不在", "This import is not here any more", nil)
}

// imports asks for files.
func (c *Console) imports(v *visit) error { return v.showImports(http.StatusOK, "") }

func (v *visit) showImports(status int, wrong string) error {
	var b bringing
	for _, h := range v.houses(access.Import) {
		b.Portfolios = append(b.Portfolios, h.Ref)
	}
	mine, way, err := v.Gate.Store.ImportDrafts(v.r.Context(), v.who(), v.Gate.Wire())
	if err != nil {
		return err
	}
	b.Way, b.Most = way, store.MostImports
	for i := range mine {
		h := v.Desk.Portfolio(mine[i].Portfolio)
		if !v.may(access.Import, h) {
			continue
		}
		w := phaseWords[phase(mine[i].Phase)]
		b.Mine = append(b.Mine, ownImport{mine[i].Ref, h.Ref, v.say(w[0], w[1]), v.minute(mine[i].EndsAt)})
	}
	return v.showWith(status, "imports", "导入", "Import", b, wrong)
}

// errTooLarge says that the files are more than one import takes.
var errTooLarge = errors.New("console: the files are too large")

// imported takes files in, as they come, and goes on to what their columns mean. Nothing of them is in the books yet.
func (c *Console) imported(v *visit) error {
	serve.Widen(v.w, v.r) // only now is it known who sends
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, MostImport+leastWordsLeft)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return v.showImports(http.StatusUnprocessableEntity, v.say("请选择文件。", "Please choose files."))
	}
	x := &draft{ImportDraft: store.ImportDraft{Ref: newImportRef(), Phase: string(mapping), Who: v.who()}}
	portfolio, err := v.take(x, parts)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.Is(err, errTooLarge):
		v.drop(x)
		return v.showImports(http.StatusRequestEntityTooLarge, v.say("文件过大或过多：一次最多12个文件、512 MB；更大的请用 duly import。", "These are too large or too many: 12 files and 512 MB at once; larger ones go by duly import."))
	case err != nil:
		v.drop(x)
		return v.showImports(http.StatusUnprocessableEntity, v.say("文件未能完整收到，请重新上传。", "The files did not come whole. Please send them again."))
	case len(x.Files) == 0:
		return v.showImports(http.StatusUnprocessableEntity, v.say("请选择文件。", "Please choose files."))
	}
	for _, h := range v.houses(access.Import) {
		if h.Ref == portfolio {
			x.house = h
		}
	}
	if x.house == nil {
		v.drop(x)
		return errDenied
	}
	x.Portfolio = x.house.Row()
	if x.State, err = json.Marshal(x.importState); err == nil {
		err = c.Gate.Store.BeginImportDraft(v.r.Context(), x.ImportDraft, c.Gate.Wire())
	}
	switch {
	case errors.Is(err, store.ErrManyImports):
		v.drop(x)
		return v.showImports(http.StatusServiceUnavailable, v.tooManyImports())
	case err != nil:
		v.drop(x)
		return err
	}
	v.away("imports/" + x.Ref)
	return nil
}

// tooManyImports says what to do where no more imports have room.
func (v *visit) tooManyImports() string {
	most := strconv.Itoa(store.MostImports)
	return v.say("已有"+most+"次导入尚未完成，文件没有保存。请先在下方完成或放弃您自己的；若都是他人的，请他们完成或放弃，或稍后再试：24小时后自动删除。",
		most+" imports are on their way already, and your files were not kept. Please finish or discard one of yours below. If all are other people's, ask them to, or come again later: each is deleted after 24 hours.")
}

// drop erases what was sent of an import that is not to be.
func (v *visit) drop(x *draft) {
	ctx := context.WithoutCancel(v.r.Context()) // whoever sent it may have gone
	if _, err := v.Gate.Store.DropImportDraft(ctx, x.Ref, v.Gate.Wire()); err != nil {
		v.Log.Warn("console: an import that did not come whole could not be erased; it is within the hour", "error", err)
	}
}

// take reads the form as it comes: the files go into the database, sealed, and nothing of them stays in memory.
func (v *visit) take(x *draft, parts *multipart.Reader) (portfolio string, err error) {
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return portfolio, nil
		}
		if err != nil {
			return "", err
		}
		switch p.FormName() {
		case "portfolio":
			b, err := io.ReadAll(io.LimitReader(p, 200))
			if err != nil {
				return "", err
			}
			portfolio = string(b)
		case "mode":
			b, err := io.ReadAll(io.LimitReader(p, 20))
			if err != nil {
				return "", err
			}
			x.Snapshot = string(b) == "snapshot"
		case "files":
			if p.FileName() == "" {
				continue
			}
			if len(x.Files) == mostFiles {
				return "", errTooLarge
			}
			u, err := v.keep(v.r.Context(), x.Ref, len(x.Files), x.name(p.FileName()), p)
			if err != nil {
				return "", err
			}
			x.Files = append(x.Files, u)
		}
	}
}

// name is what a file is called in messages: the last part of what the browser says, without what no line may hold, and no other's.
func (x *draft) name(said string) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == ':' || r == 0xfffd {
			return '_'
		}
		return r
	}, path.Base(strings.ReplaceAll(said, `\`, "/")))
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[:80])
	}
	for slices.ContainsFunc(x.Files, func(u *upload) bool { return u.Name == name }) {
		name = "_" + name
	}
	return name
}

// draft is the import that the address names, where it is the visitor's own and they may still bring files into its portfolio. One whose
// machine is gone may be tried again.
func (v *visit) draft() (*draft, error) {
	wire := v.Gate.Wire()
	d, err := v.Gate.Store.ImportDraftOf(v.r.Context(), v.r.PathValue("id"), wire)
	if errors.Is(err, store.ErrNoImport) {
		return nil, errImportGone
	}
	if err != nil {
		return nil, err
	}
	x := &draft{ImportDraft: d, house: v.Desk.Portfolio(d.Portfolio)}
	if x.house == nil || d.Who != v.who() || !v.may(access.Import, x.house) {
		return nil, errImportGone // whoever asks learns nothing of it
	}
	if err := json.Unmarshal(d.State, &x.importState); err != nil {
		return nil, err
	}
	if p := x.phase(); (p == checking || p == running) && !d.Runs(wire) && !v.runsHere(x.Ref) {
		x.Phase, x.Why = string(mapping), brokenOff
	}
	return x, nil
}

// importEnd lets one go: its files are gone.
func (c *Console) importEnd(v *visit) error {
	x, err := v.draft()
	if err != nil {
		return err
	}
	dropped := false
	if !v.runsHere(x.Ref) {
		if dropped, err = c.Gate.Store.DropImportDraft(v.r.Context(), x.Ref, c.Gate.Wire()); err != nil {
			return err
		}
	}
	if !dropped {
		return v.showImport(http.StatusConflict, x, v.say("正在进行，不能放弃。", "It is under way, and cannot be let go."))
	}
	v.away("imports?done=letgo")
	return nil
}

// importRun lets one go into the books, all of it or nothing.
func (c *Console) importRun(v *visit) error {
	x, err := v.draft()
	if err != nil {
		return err
	}
	ready := x.phase() == checked && (x.Why == "" || x.Why == closesMany || x.Why == badRows && !x.Snapshot)
	many, skip := engine.ClosesMany(&x.Took.Sum) && x.Took.Sum.Closed > 0, x.Took.BadRows() > 0
	yes, left := v.form("yes", 1) != "", v.form("skip", 1) != ""
	if ready && skip && left {
		x.SkipBad = true
	}
	switch {
	case !ready:
		return v.showImport(http.StatusConflict, x, v.say("还不能导入：请先检查并改正。", "It cannot go in yet: let it be checked, and mend what is wrong."))
	case skip && !left:
		return v.showImport(http.StatusUnprocessableEntity, x, v.say("有错误的行：请改正后重新上传，或勾选“跳过错误的行”。", "Some rows have errors. Correct and upload them again, or tick the box to skip them."))
	case many && !yes:
		return v.showImport(http.StatusUnprocessableEntity, x, v.say("将结清的贷款较多，请勾选确认。", "So many loans would be closed that you have to tick it."))
	}
	return v.begin(x, false, yes)
}
