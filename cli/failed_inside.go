package cli

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
)

// systemFailures are what a system says, in Chinese.
var systemFailures = []struct {
	is error
	zh string
}{
	{fs.ErrNotExist, "没有该文件或目录"},
	{fs.ErrPermission, "没有权限"},
	{fs.ErrExist, "已存在"},
	{syscall.EISDIR, "这是一个目录"},
	{syscall.ENOTDIR, "路径中有一段不是目录"},
	{syscall.ENOSPC, "磁盘空间已满"},
	{syscall.EROFS, "文件系统只读"},
	{syscall.EIO, "读写出错，请检查磁盘"},
	{syscall.EMFILE, "打开的文件过多"},
	{syscall.ECONNREFUSED, "连接被拒绝"},
	{syscall.ECONNRESET, "连接被对方断开"},
	{syscall.EHOSTUNREACH, "主机无法到达"},
	{syscall.ENETUNREACH, "网络无法到达"},
	{syscall.EADDRINUSE, "地址已被占用"},
	{syscall.EADDRNOTAVAIL, "本机没有这个地址"},
	{syscall.ETIMEDOUT, "连接超时"},
	{os.ErrDeadlineExceeded, "超时"},
	{context.DeadlineExceeded, "超时"},
	{context.Canceled, "已中断"},
	{io.ErrUnexpectedEOF, "内容不完整"},
	{io.EOF, "内容到此为止"},
}

// inChinese says an error in Chinese as far as it has words there: what words/fault has a code for, what failures has a sentence for, what the
// system says. An error that none of them knows stays in English, for whoever looks into it.
func inChinese(err error) string {
	if zh, ok := chinese(err); ok {
		return zh
	}
	return err.Error()
}

// inLanguage says an error in the language of a page.
func inLanguage(err error, lang tongue) string {
	if lang == "zh" {
		return inChinese(err)
	}
	return withoutPart(err.Error())
}

// chinese also says whether there are words.
func chinese(err error) (string, bool) {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case interface{ In(lang string) string }:
		return e.In("zh"), true
	case *engine.CarrierDownError:
		return "通道 " + e.Carrier + " 连接不上：" + inChinese(e.Why) + "；到期的短信继续等待", true
	case *store.HeldError:
		return "交付自 " + e.Life.HeldAt.Local().Format("2006-01-02 15:04") + " 起暂停，须由人工恢复：" + heldWhy("zh", &e.Life), true
	case *fs.PathError:
		return at(e.Path, e.Err)
	case *os.LinkError:
		return at(e.New, e.Err)
	case *net.OpError:
		if e.Op != "listen" && e.Addr != nil { // where one listens stands in the sentence around it
			return at(e.Addr.String(), e.Err)
		}
	case *net.DNSError:
		if e.IsNotFound {
			return "找不到主机 " + e.Name, true
		}
	}
	if zh := failures[withoutPart(err.Error())]; zh != "" {
		return zh, true
	}
	if zh := ofSystem(err); zh != "" {
		return zh, true
	}
	switch e := err.(type) { //nolint:errorlint // as above
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return surrounding(err, inner)
		}
	case interface{ Unwrap() []error }:
		return surrounding(err, e.Unwrap()...)
	}
	return "", false
}

// at says what is wrong with a path or an address.
func at(place string, err error) (string, bool) {
	zh, ok := chinese(err)
	return place + "：" + zh, ok
}

// ofSystem is what a system says, where it says nothing else beside.
func ofSystem(err error) string {
	for _, f := range systemFailures {
		code, isCode := err.(syscall.Errno)         //nolint:errorlint // one that is wrapped is walked to
		if err == f.is || isCode && code.Is(f.is) { //nolint:errorlint // as above
			return f.zh
		}
	}
	return ""
}

// part is the name of a part of Duly before what it says.
var part = regexp.MustCompile(`^(?:[a-z]+: )+`)

func withoutPart(text string) string { return part.ReplaceAllString(text, "") }

// surrounding says an error that holds others: those that were joined each on its line; else what is inside one after the other, and what stands
// behind it. What stands before it names only the way there.
func surrounding(err error, inside ...error) (string, bool) {
	if before, behind, found := strings.Cut(err.Error(), ": "+inside[0].Error()); found && behind == "" && failures[withoutPart(before)] != "" {
		return failures[withoutPart(before)] + "：" + inChinese(inside[0]), true
	}
	en, zh, known := make([]string, len(inside)), make([]string, 0, len(inside)), 0
	rest := err.Error()
	for i, one := range inside {
		en[i] = one.Error()
		said, ok := chinese(one)
		if !ok {
			zh = append(zh, en[i])
			continue
		}
		known++
		zh = append(zh, said)
		if _, after, found := strings.Cut(rest, en[i]); found {
			rest = after
		}
	}
	switch {
	case known == 0:
		return "", false
	case strings.Join(en, "\n") == err.Error():
		return strings.Join(slices.Compact(zh), "\n"), true
	case known < len(inside):
		zh = zh[:0]
		for _, one := range inside {
			if said, ok := chinese(one); ok {
				zh = append(zh, said)
			}
		}
	}
	text := strings.Join(zh, "：")
	if after, ok := strings.CutPrefix(rest, ": "); ok {
		return text + "：" + cmp.Or(failures[after], after), true
	}
	if after, ok := strings.CutPrefix(rest, " ("); ok {
		after = strings.TrimSuffix(after, ")")
		return text + "（" + cmp.Or(failures[after], after) + "）", true
	}
	return text, true
}
