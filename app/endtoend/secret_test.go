package endtoend_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/glebarez/sqlite"

	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// The secrets of the tests: a header field that Ferry sends, and a value in the query of
// every upload URL.
const (
	secretHeader    = "X-Studio-Key: h7Qm2ZsXw9-header"
	secretValue     = "h7Qm2ZsXw9-header"
	secretSignature = "s4Vn8KtRb3-signature"
)

// signUploadURLs adds secretSignature to the Location of every upload, and responds with
// 403 to a request for an upload without it.
func signUploadURLs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		creation := strings.HasSuffix(r.URL.Path, "/files/")
		if !creation && r.URL.Query().Get("signature") != secretSignature {
			writeResponse(w, http.StatusForbidden, tusHeader, "no signature\n")
			return
		}
		if parts := r.Header.Get("Upload-Concat"); parts != "" {
			r.Header.Set("Upload-Concat", queryInList.ReplaceAllString(parts, ""))
		}
		next.ServeHTTP(&signingResponse{w}, r)
	})
}

// queryInList matches the query of a URL in the list of an Upload-Concat header.
var queryInList = regexp.MustCompile(`\?[^ ]*`)

type signingResponse struct{ http.ResponseWriter }

func (w *signingResponse) WriteHeader(status int) {
	if location := w.Header().Get("Location"); location != "" {
		w.Header().Set("Location", location+"?signature="+secretSignature)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] reach the connection's deadlines.
func (w *signingResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// findSecrets returns the places in a profile that have a secret: in the log, and in the
// columns of the database except those that hold the URLs of uploads.
func findSecrets(t testing.TB, dir string) []string {
	t.Helper()
	var found []string
	p := profile.Profile{Dir: dir}
	for _, path := range []string{p.Log(), p.Log() + ".1"} {
		text, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if hasSecret(line) {
				found = append(found, filepath.Base(path)+": "+line)
			}
		}
	}
	return append(found, findSecretsInDatabase(t, p.Database())...)
}

// output returns what the run printed, without the URLs of the uploads in its events: these
// are for programs that request them, with their query.
func (r *run) output() string {
	return urlOfEvent.ReplaceAllString(r.stdout.String(), "") + r.stderr.String()
}

var urlOfEvent = regexp.MustCompile(`"url":"[^"]*",?`)

func hasSecret(text string) bool {
	return strings.Contains(text, secretValue) || strings.Contains(text, secretSignature)
}

// findSecretsInDatabase is findSecrets for a database that is not in use.
func findSecretsInDatabase(t testing.TB, path string) []string {
	t.Helper()
	database, err := sql.Open(sqlite.DriverName, path)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	var found []string
	for _, row := range query(t, database, "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'") {
		table, column := row[0], row[1]
		for _, value := range query(t, database, fmt.Sprintf("SELECT CAST(%q AS TEXT) FROM %q WHERE %q IS NOT NULL", column, table, column)) {
			text := value[0]
			if column == "url" { // requests need its query
				text = strings.ReplaceAll(text, secretSignature, "")
			}
			if hasSecret(text) {
				found = append(found, fmt.Sprintf("%s.%s: %s", table, column, text))
			}
		}
	}
	return found
}

// query returns the rows of a query whose columns are text.
func query(t testing.TB, database *sql.DB, statement string) [][]string {
	t.Helper()
	rows, err := database.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		row, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEchoedSecretsAreNotShown has a server quote the upload URL and the header fields of
// a request in its response, for every method and kind of status. Neither the output, the
// log nor the database may have them.
func TestEchoedSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	statuses := []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge,
		http.StatusLocked, 460, http.StatusInternalServerError, http.StatusInsufficientStorage,
	}
	for _, method := range []string{http.MethodOptions, http.MethodPost, http.MethodPatch, http.MethodHead} {
		for _, status := range statuses {
			t.Run(fmt.Sprintf("%s with status %d", method, status), func(t *testing.T) {
				t.Parallel()
				sendWithEcho(t, method, status)
			})
		}
	}
}

// sendWithEcho sends a file to a server that quotes the first request of a method.
func sendWithEcho(t *testing.T, method string, status int) {
	t.Helper()
	server := newTusd(t)
	gateway := uploadtest.NewGateway(t, server.URL, uploadtest.Wrap(signUploadURLs))
	if method == http.MethodHead {
		gateway.Respond(1, http.MethodPatch, uploadtest.Response{Status: http.StatusConflict, Header: tusHeader}) // HEAD follows
	}
	gateway.Intercept(1, method, echo(status))
	ferry := &client{t: t, profile: t.TempDir(), endpoint: gateway.URL + "/files/"}
	path := filepath.Join(t.TempDir(), "film.mov")
	createFile(t, rand.New(rand.NewPCG(1, 2)), path, 3<<20)
	send := ferry.send("--header", secretHeader, path)
	send.wait(t, runTimeout)
	list := ferry.start("list", "--profile", ferry.profile, "--all")
	list.wait(t, runTimeout)
	if gateway.Pending() > 0 {
		t.Error("no such request")
	}
	for _, r := range []*run{send, list} {
		if output := r.output(); hasSecret(output) {
			t.Errorf("ferry %s prints a secret:\n%s", r.args[0], output)
		}
	}
	for _, place := range findSecrets(t, ferry.profile) {
		t.Errorf("secret in %s", place)
	}
}
