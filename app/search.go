package app

import (
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// search is the words that the user looks for. A transfer is found when each is
// somewhere in its path or in its server's name, in capitals or not.
type search struct {
	words   []string
	servers map[uploader.ServerID]string // their names, folded
}

func newSearch(text string) search { return search{words: strings.Fields(fold(text))} }

// fold makes texts comparable that read the same.
func fold(text string) string { return norm.NFC.String(strings.ToLower(text)) }

func (s search) empty() bool { return len(s.words) == 0 }

func (s search) equal(other search) bool { return slices.Equal(s.words, other.words) }

// among is the same search with the names of the servers there are.
func (s search) among(servers []uploader.Server) search {
	s.servers = make(map[uploader.ServerID]string, len(servers))
	for _, server := range servers {
		s.servers[server.ID] = fold(words.Server(server))
	}
	return s
}

// finds reports whether the transfer is found. Without words everything is.
func (s search) finds(t *uploader.Transfer) bool {
	return s.empty() || s.in(t.Source.Path, t.Server)
}

// names reports whether the name of the batch itself is found.
func (s search) names(b *uploader.Batch) bool {
	return !s.empty() && len(b.Roots) == 1 && s.in(filepath.Base(b.Roots[0]), b.Server)
}

func (s search) in(name string, server uploader.ServerID) bool {
	name = fold(name)
	for _, word := range s.words {
		if !strings.Contains(name, word) && !strings.Contains(s.servers[server], word) {
			return false
		}
	}
	return true
}
