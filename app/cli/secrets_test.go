package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// writeHeaderFile writes a temporary file with a mode.
func writeHeaderFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "headers")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadHeaders(t *testing.T) {
	file := writeHeaderFile(t, "\ufeff# of the studio\nAuthorization: Bearer file\r\n\nX-File: 1\n", 0o600)
	for _, test := range []struct {
		name, to string
		headers  Headers
		in, env  string
		want     []string
		exit     int
		warnsOf  string // in the warning; "" for none
	}{
		{name: "none", to: "studio"},
		{name: "file", to: "studio", headers: Headers{HeaderFile: []string{file}}, want: []string{"Authorization: Bearer file", "X-File: 1"}},
		{name: "standard input", to: "studio", headers: Headers{Header: []string{"@-", "X-A: 1"}}, in: "Cookie: a=b\n", want: []string{"X-A: 1", "Cookie: a=b"}},
		{name: "environment", to: "studio", env: "Authorization: Bearer env\nX-Env: 1", want: []string{"Authorization: Bearer env", "X-Env: 1"}},
		{name: "environment without a server", env: "Authorization: Bearer env"},
		{name: "arguments before the environment", to: "studio", headers: Headers{HeaderFile: []string{file}}, env: "authorization: Bearer env\nX-Env: 1", want: []string{"Authorization: Bearer file", "X-File: 1", "X-Env: 1"}},
		{name: "missing file", to: "studio", headers: Headers{HeaderFile: []string{file + "x"}}, exit: ExitFailed},
		{name: "empty standard input", to: "studio", headers: Headers{Header: []string{"@-"}}, exit: ExitFailed},
		{name: "too much", to: "studio", headers: Headers{Header: []string{"@-"}}, in: strings.Repeat("X-A: 123456789\n", 6000), exit: ExitFailed},
		{name: "invalid line", to: "studio", headers: Headers{Header: []string{"@-"}}, in: "s3cret", exit: ExitUsage},
		{name: "invalid line of the environment", to: "studio", env: "s3cret", exit: ExitUsage},
		{name: "secret in an argument", to: "studio", headers: Headers{Header: []string{"authorization: Bearer s3cret"}}, want: []string{"authorization: Bearer s3cret"}, warnsOf: "authorization"},
		{name: "key in an argument", to: "studio", headers: Headers{Header: []string{"X-Api-Key: s3cret"}}, want: []string{"X-Api-Key: s3cret"}, warnsOf: "X-Api-Key"},
		{name: "cookie in an argument", to: "studio", headers: Headers{Header: []string{"Cookie: s3cret"}}, want: []string{"Cookie: s3cret"}, warnsOf: "Cookie"},
		{name: "no secret in an argument", to: "studio", headers: Headers{Header: []string{"X-Trace: 1"}}, want: []string{"X-Trace: 1"}},
		{name: "password in the URL", to: "https://me:s3cret@studio.example/", warnsOf: "the password in the URL"},
		{name: "user in the URL", to: "https://me@studio.example/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			got, err := test.headers.Read(test.to, Streams{In: strings.NewReader(test.in), Err: &out, Secrets: Secrets{Header: test.env}})
			if ExitCode(err) != test.exit || err == nil && !slices.Equal(got, test.want) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
			if (out.Len() > 0) != (test.warnsOf != "") || !strings.Contains(out.String(), test.warnsOf) {
				t.Errorf("printed %q", out.String())
			}
			if strings.Contains(out.String()+Explain(errOr(err)), "s3cret") {
				t.Errorf("printed the secret: %q, %v", out.String(), err)
			}
		})
	}
}

func errOr(err error) error {
	if err == nil {
		return ErrHelp
	}
	return err
}

func TestFileWithSecretsThatOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	for mode, warns := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true} {
		file := writeHeaderFile(t, "X-A: 1\n", mode)
		var out bytes.Buffer
		if _, err := (&Headers{HeaderFile: []string{file}}).Read("studio", Streams{Err: &out}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), file) != warns {
			t.Errorf("%o: printed %q", mode, out.String())
		}
	}
}

func TestParseHeaderFlags(t *testing.T) {
	for _, args := range [][]string{
		{"send", "--header-file", "x", "a"},
		{"resume", "--header-file", "x"},
		{"resume", "--header", "@-"},
		{"send", "--to", "studio", "--header", "@-", "-"},
		{"send", "--to", "studio", "--header", "@-", "--header", "@-", "a"},
		{"send", "--allow-host", "media.example.com", "a"},
		{"resume", "--allow-host", "media.example.com"},
		{"send", "--to", "studio", "--allow-host", "ftp://x", "a"},
		{"send", "--to", "studio", "--allow-host", "", "a"},
		{"resume", "--to", "studio", "--allow-host", "a b"},
	} {
		if _, err := Parse(args, &bytes.Buffer{}); ExitCode(err) != ExitUsage {
			t.Errorf("%q: %v", args, err)
		}
	}
	got, err := Parse([]string{"send", "--to", "studio", "--header", "@-", "--header-file", "x", "--allow-host", "media.example.com", "--allow-host=b:8443", "a"}, &bytes.Buffer{})
	if err != nil || !slices.Equal(got.Send.Header, []string{"@-"}) || !slices.Equal(got.Send.HeaderFile, []string{"x"}) ||
		!slices.Equal(got.Send.AllowHost, []string{"media.example.com", "b:8443"}) {
		t.Errorf("got %+v, %v", got.Send, err)
	}
}
