//go:build linux

package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fakeSigner is osslsigncode: it writes its arguments to the file that is to be signed.
const fakeSigner = `#!/bin/sh
args=$*
while [ "$1" != -out ]; do shift; done
echo "$args" >"$2"
`

func TestProgramsForWindowsAreSigned(t *testing.T) {
	for _, c := range []struct {
		name string
		env  []string
		want string // how the arguments begin; "" for a file that is not changed
	}{
		{"without a certificate", nil, ""},
		{"with a certificate", []string{"WINDOWS_CERTIFICATE=my cert.p12"}, "sign -pkcs12 my cert.p12 -h sha256 "},
		{
			"with a password and timestamps",
			[]string{"WINDOWS_CERTIFICATE=a.p12", "WINDOWS_PASSWORD_FILE=my password", "WINDOWS_TIMESTAMP=http://time.example.com"},
			"sign -pkcs12 a.p12 -readpass my password -ts http://time.example.com -h sha256 ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			program := filepath.Join(dir, "ferry setup.exe")
			for path, text := range map[string]string{filepath.Join(dir, "osslsigncode"): fakeSigner, program: "program\n"} {
				if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			run := exec.CommandContext(t.Context(), "windows/sign", program)
			run.Env = append(append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "WINDOWS_CERTIFICATE="), c.env...)
			if output, err := run.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			got := read(t, program)
			if c.want == "" {
				if got != "program\n" {
					t.Errorf("the program was changed: %s", got)
				}
				return
			}
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("signed with %q, want %q…", got, c.want)
			}
		})
	}
}
