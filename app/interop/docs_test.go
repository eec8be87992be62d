package interop_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// docs is the folder of the documents.
const docs = "../../docs"

// TestDocumentedConfigurationsAreTested compares the configurations in docs/servers.md with
// those that the servers of these tests run with.
func TestDocumentedConfigurationsAreTested(t *testing.T) {
	t.Parallel()
	page := readText(t, filepath.Join(docs, "servers.md"))
	for _, path := range []string{"testdata/nginx/recommended.conf", "testdata/haproxy/haproxy.cfg"} {
		if !strings.Contains(page, "\n"+readText(t, path)+"```\n") {
			t.Errorf("docs/servers.md does not have the configuration in %s", path)
		}
	}
}

// TestTableHasEveryServer fails if docs/interop.md was not written since a server, a
// scenario or a documented limit was changed, or if something failed then.
func TestTableHasEveryServer(t *testing.T) {
	t.Parallel()
	page := readText(t, filepath.Join(docs, "interop.md"))
	var want []string
	for _, server := range targets() {
		want = append(want, "| **"+server.name+"**: "+server.about+" |")
		for _, reason := range server.missing {
			want = append(want, ". "+reason+"\n")
		}
	}
	for _, s := range scenarios() {
		want = append(want, "| **"+s.name+"**: "+s.about+" |")
	}
	for _, text := range want {
		if !strings.Contains(page, text) {
			t.Errorf("docs/interop.md does not have %q; run `make interop`", strings.TrimSpace(text))
		}
	}
	if strings.Contains(page, failedCell) {
		t.Errorf("docs/interop.md has cells that failed")
	}
}

// TestLockFilesNameNoRegistry fails if a package-lock.json has addresses: npm uses the
// registry that it is configured for.
func TestLockFilesNameNoRegistry(t *testing.T) {
	t.Parallel()
	locks, err := filepath.Glob("testdata/*/package-lock.json")
	if err != nil || len(locks) == 0 {
		t.Fatalf("no lock files: %v", err)
	}
	for _, lock := range locks {
		if text := readText(t, lock); strings.Contains(text, `"resolved": "http`) {
			t.Errorf("%s has addresses of packages", lock)
		}
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
