package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// licenceName matches the names of files with a licence, a copyright notice, or the
// authors that a copyright notice refers to.
var licenceName = regexp.MustCompile(`(?i)^(([a-z]+-)?(un)?licen[cs]e|copying|copyright|notice|patents|authors|ofl)([-_.][^/]*)?$`)

// isLicence reports whether a file is one of those that licenceName is about, and not
// source code or an image.
func isLicence(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".go", ".svg", ".png", ".json":
		return false
	default:
		return licenceName.MatchString(name)
	}
}

// licence is a file with a licence.
type licence struct {
	path string // below the folder of the component, with slashes
	text string // UTF-8, with line feeds, without empty lines at its ends
}

// licences returns the licences of a component that are about what is linked: those in
// the folders of its linked packages, in the folders that contain these, and in folders
// below them that have no Go package, such as fonts and C code.
func (c *component) licences() ([]licence, error) {
	if c.main || c.name == goName {
		return c.rootLicences()
	}
	var found []licence
	err := filepath.WalkDir(c.dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(c.dir, name)
		if err != nil {
			return err
		}
		below = filepath.ToSlash(below)
		switch {
		case entry.IsDir() && !c.links(below):
			return fs.SkipDir
		case entry.Type().IsRegular() && isLicence(entry.Name()):
			l, err := readLicence(name, below)
			found = append(found, l)
			return err
		default:
			return nil
		}
	})
	return found, err
}

// rootLicences returns the licences in the root folder only. The others there are about
// tools and tests.
func (c *component) rootLicences() ([]licence, error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, err
	}
	var found []licence
	for _, entry := range entries {
		if entry.Type().IsRegular() && isLicence(entry.Name()) {
			l, err := readLicence(filepath.Join(c.dir, entry.Name()), entry.Name())
			if err != nil {
				return nil, err
			}
			found = append(found, l)
		}
	}
	return found, nil
}

// links reports whether something in a folder is linked, if that is so for the folder
// that contains it.
func (c *component) links(below string) bool {
	if below == "." {
		return true
	}
	for linked := range c.linked {
		if linked == below || strings.HasPrefix(linked, below+"/") {
			return true
		}
	}
	if base := path.Base(below); base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return false
	}
	sources, err := filepath.Glob(filepath.Join(c.dir, filepath.FromSlash(below), "*.go"))
	return err == nil && len(sources) == 0 && c.linksAbove(below)
}

// linksAbove reports whether a folder that contains this one is that of a linked package.
func (c *component) linksAbove(below string) bool {
	for below != "." {
		below = path.Dir(below)
		if c.linked[below] {
			return true
		}
	}
	return false
}

func readLicence(name, below string) (licence, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return licence{}, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		return licence{}, fmt.Errorf("%s is not UTF-8", name)
	}
	clean := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "").Replace(string(text))
	lines := strings.Split(clean, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return licence{path: below, text: strings.Trim(strings.Join(lines, "\n"), "\n")}, nil
}
