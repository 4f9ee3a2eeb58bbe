package console

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/serve"
)

// ImportPath is where files are sent to: more than elsewhere, by who may.
const ImportPath = Path + "imports"

// A bringing is the page on which files are chosen.
type bringing struct {
	Portfolios []string
	Snapshot   bool
}

// imports asks for files.
func (c *Console) imports(v *visit) error { return v.showImports(http.StatusOK, "") }

func (v *visit) showImports(status int, wrong string) error {
	var b bringing
	for _, h := range v.houses(access.Import) {
		b.Portfolios = append(b.Portfolios, h.Ref)
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
	x := &draft{phase: mapping, by: v.who()}
	portfolio, err := x.take(parts)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large), errors.Is(err, errTooLarge):
		x.drop()
		return v.showImports(http.StatusRequestEntityTooLarge, v.say("文件过大或过多：一次最多12个文件、512 MB；更大的请用 duly import。", "These are too large or too many: 12 files and 512 MB at once; larger ones go by duly import."))
	case err != nil:
		x.drop()
		return v.showImports(http.StatusUnprocessableEntity, v.say("文件未能完整收到，请重新上传。", "The files did not come whole. Please send them again."))
	case len(x.files) == 0:
		return v.showImports(http.StatusUnprocessableEntity, v.say("请选择文件。", "Please choose files."))
	}
	for _, h := range v.houses(access.Import) {
		if h.Ref == portfolio {
			x.house = h
		}
	}
	if x.house == nil {
		x.drop()
		return errDenied
	}
	if !c.drafts.add(x, c.Gate.Wire()) {
		x.drop()
		return v.showImports(http.StatusServiceUnavailable, v.say("正在进行的导入较多，请稍后再试。", "Many imports are under way. Please come again later."))
	}
	v.away("imports/" + x.id)
	return nil
}

// take reads the form as it comes: the files go to the disk, and nothing of them stays in memory.
func (x *draft) take(parts *multipart.Reader) (portfolio string, err error) {
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
			x.snapshot = string(b) == "snapshot"
		case "files":
			if p.FileName() == "" {
				continue
			}
			if len(x.files) == mostFiles {
				return "", errTooLarge
			}
			u, err := keep(x.name(p.FileName()), p)
			if err != nil {
				return "", err
			}
			x.files = append(x.files, u)
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
	for slices.ContainsFunc(x.files, func(u *upload) bool { return u.Name == name }) {
		name = "_" + name
	}
	return name
}

// draft is the import that the address names, where the visitor may bring files into its portfolio.
func (v *visit) draft() (*draft, error) {
	x := v.drafts.find(v.r.PathValue("id"), v.Gate.Wire())
	if x == nil || !v.may(access.Import, v.Desk.Portfolio(x.house.Row())) {
		return nil, errNowhere
	}
	return x, nil
}

// importEnd lets one go: its files are gone.
func (c *Console) importEnd(v *visit) error {
	x, err := v.draft()
	if err != nil {
		return err
	}
	if !c.drafts.end(x, c.Gate.Wire()) {
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
	x.mu.Lock()
	ready := x.phase == checked && (x.err == nil || errors.Is(x.err, engine.ErrBadRows) && !x.snapshot)
	many, skip := engine.ClosesMany(&x.took.Sum) && x.took.Sum.Closed > 0, x.took.BadRows() > 0
	yes, left := v.form("yes", 1) != "", v.form("skip", 1) != ""
	if ready && skip && left {
		x.skipBad = true
	}
	x.mu.Unlock()
	switch {
	case !ready:
		return v.showImport(http.StatusConflict, x, v.say("还不能导入：请先检查并改正。", "It cannot go in yet: let it be checked, and mend what is wrong."))
	case skip && !left:
		return v.showImport(http.StatusUnprocessableEntity, x, v.say("有错误的行：请改正后重新上传，或勾选“跳过错误的行”。", "Some rows have errors. Correct and upload them again, or tick the box to skip them."))
	case many && !yes:
		return v.showImport(http.StatusUnprocessableEntity, x, v.say("将结清的贷款较多，请勾选确认。", "So many loans would be closed that you have to tick it."))
	}
	if !c.start(x, false, yes, v.at) {
		return v.showImport(http.StatusConflict, x, v.say("已在进行。", "It is under way already."))
	}
	v.away("imports/" + x.id)
	return nil
}
