package opinion

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/hooks"
	"github.com/dulyhq/duly/receive"
)

var digits = regexp.MustCompile(`[0-9０-９]`)

// TestMask: no number, no name and no key is left, and the words that carry the meaning are.
func TestMask(t *testing.T) {
	for _, c := range []struct {
		text  string
		known []string
		gone  []string
		kept  string
	}{
		{"我是黄淑芬,别再发了,打17405000001找我", []string{"黄淑芬"}, []string{"黄淑芬", "淑芬"}, "别再发了"},
		{"淑芬已经不在了", []string{"黄淑芬"}, []string{"淑芬"}, "已经不在了"},
		{"卡号6222 0000 1111 2222,金额1,240.00元不对", nil, nil, "不对"},
		{"身份证33010619900101001X不是我的", nil, []string{"001X"}, "不是我的"},
		{"请联系王建国律师", nil, []string{"王建国"}, "律师"},
		{"我叫李雷,住杭州市西湖区文三路", nil, []string{"李雷", "杭州", "文三"}, "我叫"},
		{"my name is John Smith, leave me alone", nil, []string{"John", "Smith"}, "leave me alone"},
		{"Ask Alice Zhao, alice@mail.example or +44 7700 900123", []string{"Alice Zhao"}, []string{"Alice", "Zhao", "mail.example"}, "or"},
		{"contract LN-2024-00017 was settled on 3 Sep", nil, []string{"LN-2024"}, "was settled"},
		{"一千两百四十块我早还了", nil, []string{"一千", "四十"}, "早还了"},
		{"加我微信abc_12345聊", nil, []string{"abc_12345"}, "聊"},
		{"see https://evil.example/x?y=1", nil, []string{"evil"}, "see"},
	} {
		got := Mask(c.text, c.known...)
		if digits.MatchString(got) || !strings.Contains(got, c.kept) {
			t.Errorf("Mask(%q) = %q; want %q kept and no digit", c.text, got, c.kept)
		}
		for _, g := range c.gone {
			if strings.Contains(got, g) {
				t.Errorf("Mask(%q) = %q holds %q", c.text, got, g)
			}
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("我是黄淑芬 17405000001", "黄淑芬")
	f.Add("a@b.example １２３", "Ann Lee")
	f.Fuzz(func(t *testing.T, text, known string) {
		got := Mask(text, known)
		if digits.MatchString(got) {
			t.Errorf("%q became %q", text, got)
		}
	})
}

// serve is a server that speaks the protocol, and answers as it is told.
func serve(t *testing.T, answer func(body map[string]any) (int, string)) *Model {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var body map[string]any
		if err := json.Unmarshal(raw, &body); err != nil || r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer key" {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		status, text := answer(body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(srv.Close)
	m, err := New(srv.URL+"/v1", "small", "key", hooks.Loopback, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func said(word string) string {
	b, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": word}}}})
	return string(b)
}

// TestAsk: one of the words offered, or no opinion at all.
func TestAsk(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		want   receive.Meaning
	}{
		{200, said("stop"), receive.Stop},
		{200, said(" Stop.\n"), receive.Stop},
		{200, said("The borrower wants to stop"), ""},
		{200, said("pay_now"), ""},
		{200, said(""), ""},
		{200, `{"choices":[]}`, ""},
		{200, `not json`, ""},
		{500, said("stop"), ""},
		{429, "", ""},
	} {
		m := serve(t, func(map[string]any) (int, string) { return c.status, c.answer })
		got, err := m.Ask(context.Background(), "别再发了")
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%d %s: %q, %v; want %q", c.status, c.answer, got, err, c.want)
		}
	}
	if _, err := New("http://10.0.0.1/v1", "small", "", hooks.Public, 0); err == nil {
		t.Error("a private address over http was taken")
	}
	m, err := New("http://127.0.0.1:1/v1", "small", "key", hooks.Loopback, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Ask(context.Background(), "x"); err == nil {
		t.Error("nobody answered")
	}
}
