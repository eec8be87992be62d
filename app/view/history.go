package view

import (
	"encoding/csv"
	"encoding/hex"
	"html"
	"io"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

// HistoryPeriod is a filter of the history by the time at which uploads finished.
type HistoryPeriod uint8

// The periods.
const (
	HistoryAll   HistoryPeriod = iota
	HistoryToday               // since midnight
	HistoryWeek                // the last 7 days
	HistoryMonth               // the last 30 days
	NumHistoryPeriods
)

// String returns the name of the period, which is part of the key of its text.
func (p HistoryPeriod) String() string { return [...]string{"all", "today", "week", "month"}[p] }

// since returns the time from which on the period has entries; zero for all.
func (p HistoryPeriod) since(now time.Time) uploader.Timestamp {
	switch p {
	case HistoryToday:
		year, month, day := now.Date()
		return uploader.TimestampOf(time.Date(year, month, day, 0, 0, 0, 0, now.Location()))
	case HistoryWeek:
		return uploader.TimestampOf(now.AddDate(0, 0, -7))
	case HistoryMonth:
		return uploader.TimestampOf(now.AddDate(0, 0, -30))
	default:
		return 0
	}
}

// HistoryFilter is what the user searches the history for.
type HistoryFilter struct {
	Text   string // each word must be part of the path or of the server's name, ignoring case
	Server uploader.ServerID
	Period HistoryPeriod
}

// Query returns the query for the first page.
func (f HistoryFilter) Query(servers []uploader.Server, now time.Time) uploader.HistoryQuery {
	query := uploader.HistoryQuery{Server: f.Server, Since: f.Period.since(now)}
	for word := range strings.FieldsSeq(f.Text) {
		text := uploader.HistoryText{Text: word}
		for _, server := range servers {
			if strings.Contains(fold(words.Server(server)), fold(word)) {
				text.Servers = append(text.Servers, server.ID)
			}
		}
		query.Texts = append(query.Texts, text)
	}
	return query
}

// HistoryRow returns the row of an entry of the history.
func HistoryRow(s *uploader.Snapshot, t *uploader.Transfer, now time.Time) widgets.RowModel {
	when := words.Text("history.unknown-time")
	if !t.Finished.IsZero() {
		when = words.Clock(t.Finished.Time(), now)
	}
	return widgets.RowModel{
		Icon: fileIcon(t.Source.Name()), Name: words.Printable(t.Source.Name()), Size: words.Size(t.Source.Size),
		StatusIcon: theme.IconDone, Tone: theme.Muted,
		Status: words.Join(when, HistoryServer(s, t), words.Path(filepath.Dir(t.Source.Path))),
	}
}

// HistoryServer returns the name of an entry's server, or the host of its upload if the
// server was removed.
func HistoryServer(s *uploader.Snapshot, t *uploader.Transfer) string {
	if server, ok := s.Server(t.Server); ok {
		return words.Printable(words.Server(server))
	}
	if u, err := url.Parse(t.Session.URL); err == nil && u.Host != "" {
		return words.Printable(u.Host)
	}
	return words.Text("history.removed-server")
}

// LinkFormat is a format of links that are copied.
type LinkFormat uint8

// The formats.
const (
	LinksPlain LinkFormat = iota // one URL a line
	LinksMarkdown
	LinksHTML
)

// markdownText escapes what has a meaning in the text of a link (CommonMark 0.31, 2.4).
var markdownText = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "&", `\&`, "!", `\!`)

// Links returns the links to finished files, one a line, and their number. Files without a
// link are left out.
func Links(s *uploader.Snapshot, transfers []*uploader.Transfer, format LinkFormat) (text string, count int) {
	var lines []string
	for _, t := range transfers {
		link := Link(s, t)
		if link == "" {
			continue
		}
		name := words.Printable(t.Source.Name())
		switch format {
		case LinksMarkdown:
			target := strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20", `\`, "%5C").Replace(link)
			lines = append(lines, "["+markdownText.Replace(name)+"](<"+target+">)")
		case LinksHTML:
			lines = append(lines, `<a href="`+html.EscapeString(link)+`">`+html.EscapeString(name)+`</a>`)
		default:
			lines = append(lines, link)
		}
	}
	return strings.Join(lines, "\n"), len(lines)
}

// HistoryCSV writes entries of the history as CSV (RFC 4180), after a line with the names
// of the columns.
type HistoryCSV struct{ out *csv.Writer }

// NewHistoryCSV writes the names of the columns.
func NewHistoryCSV(to io.Writer) (*HistoryCSV, error) {
	c := &HistoryCSV{csv.NewWriter(to)}
	c.out.UseCRLF = true
	return c, c.out.Write([]string{"name", "path", "size", "finished", "server", "link", "sha256"})
}

// Write writes entries. Times are in UTC (RFC 3339).
func (c *HistoryCSV) Write(s *uploader.Snapshot, entries []uploader.Transfer) error {
	for i := range entries {
		t := &entries[i]
		finished := ""
		if !t.Finished.IsZero() {
			finished = t.Finished.Time().UTC().Format(time.RFC3339)
		}
		record := []string{
			csvText(t.Source.Name()), csvText(t.Source.Path), strconv.FormatInt(t.Source.Size, 10), finished,
			csvText(HistoryServer(s, t)), csvText(Link(s, t)), hex.EncodeToString([]byte(t.SHA256)),
		}
		if err := c.out.Write(record); err != nil {
			return err
		}
	}
	c.out.Flush()
	return c.out.Error()
}

// csvText returns a text that spreadsheets take for no formula: they do so if it begins
// with one of these characters, also after a space (OWASP, CSV injection).
func csvText(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if trimmed := strings.TrimLeft(text, " \t\r\n"); trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) || strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") {
		return "'" + text
	}
	return text
}
