package view

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// Search is a search of the list. A transfer matches if each word is part of its path or
// of its server's name, ignoring case.
type Search struct {
	words   []string
	servers map[uploader.ServerID]string // folded names
	path    []byte                       // memory for the path of a transfer
}

// NewSearch returns the search for a text.
func NewSearch(text string) Search { return Search{words: strings.Fields(fold(text))} }

// fold normalizes the case and the Unicode form of a text.
func fold(text string) string { return norm.NFC.String(strings.ToLower(text)) }

// Empty reports whether the search has no words.
func (s Search) Empty() bool { return len(s.words) == 0 }

func (s Search) equal(other Search) bool { return slices.Equal(s.words, other.words) }

// withServers returns the same search with the names of the servers.
func (s Search) withServers(servers []uploader.Server) Search {
	s.servers = make(map[uploader.ServerID]string, len(servers))
	for _, server := range servers {
		s.servers[server.ID] = fold(words.Server(server))
	}
	return s
}

// matches reports whether the transfer matches. Everything matches an empty search.
func (s *Search) matches(row uploader.Row) bool {
	if s.Empty() {
		return true
	}
	s.path = row.AppendPath(s.path[:0])
	if !foldASCII(s.path) {
		return s.contains(string(s.path), row.Server())
	}
	for _, word := range s.words {
		if !bytes.Contains(s.path, []byte(word)) && !strings.Contains(s.servers[row.Server()], word) {
			return false
		}
	}
	return true
}

// foldASCII is fold in place. It reports false, with only a part of it folded, for a text with
// other characters than ASCII.
func foldASCII(text []byte) bool {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
		if 'A' <= c && c <= 'Z' {
			text[i] = c + 'a' - 'A'
		}
	}
	return true
}

// matchesName reports whether the name of the batch matches.
func (s Search) matchesName(b *uploader.Batch) bool {
	name := rootName(b)
	return !s.Empty() && name != "" && s.contains(name, b.Server)
}

func (s Search) contains(name string, server uploader.ServerID) bool {
	name = fold(name)
	for _, word := range s.words {
		if !strings.Contains(name, word) && !strings.Contains(s.servers[server], word) {
			return false
		}
	}
	return true
}
