// Command outline turns icons drawn as strokes into icons drawn as filled
// shapes: Fyne tints an icon by replacing the colour of its fills and leaves
// strokes as they are, so a stroked icon would not follow the theme.
//
// It reads every .svg file of the first directory and writes one of the same
// name into the second.
package main

import (
	"fmt"
	"image"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
	"golang.org/x/image/math/fixed"
)

// Curves are flattened on a canvas this much finer than the icon's grid, so
// that they stay round at every size an icon is shown at.
const (
	grid = 24
	fine = 4
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: outline SOURCE-DIR TARGET-DIR")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	sources, err := filepath.Glob(filepath.Join(from, "*.svg"))
	if err != nil {
		return fmt.Errorf("list icons: %w", err)
	}
	for _, source := range sources {
		if err := convert(source, filepath.Join(to, filepath.Base(source))); err != nil {
			return fmt.Errorf("convert %s: %w", source, err)
		}
	}
	return nil
}

func convert(source, target string) error {
	icon, err := oksvg.ReadIcon(source, oksvg.StrictErrorMode)
	if err != nil {
		return err
	}
	icon.SetTarget(0, 0, grid*fine, grid*fine)
	for i := range icon.SVGPaths {
		icon.SVGPaths[i].LineWidth *= fine // a target scales points, not widths
	}
	shape := &recorder{}
	icon.Draw(rasterx.NewDasher(grid*fine, grid*fine, shape), 1)
	svg := fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">%s</svg>\n", grid, grid, shape.paths.String())
	return os.WriteFile(target, []byte(svg), 0o644)
}

// recorder is a rasterx.Scanner that writes down the shapes it is asked to
// fill instead of filling them.
type recorder struct {
	paths strings.Builder
	lines [][]fixed.Point26_6 // of the shape that is being drawn, in pieces
}

func (r *recorder) Start(p fixed.Point26_6) {
	r.lines = append(r.lines, []fixed.Point26_6{p})
}

func (r *recorder) Line(p fixed.Point26_6) {
	last := &r.lines[len(r.lines)-1]
	if p != (*last)[len(*last)-1] {
		*last = append(*last, p)
	}
}

func (r *recorder) Clear() { r.lines = nil }

func (r *recorder) Draw() {
	if loops := join(r.lines); len(loops) > 0 {
		fmt.Fprintf(&r.paths, "<path d=\"%s\"/>", pathData(loops))
	}
}

// join puts pieces of outlines together, end to start. The stroker draws the
// left side, the right side and the caps of a line each on its own.
func join(pieces [][]fixed.Point26_6) [][]fixed.Point26_6 {
	var loops [][]fixed.Point26_6
	for len(pieces) > 0 {
		loop := pieces[0]
		pieces = pieces[1:]
		for loop[0] != loop[len(loop)-1] {
			next := slices.IndexFunc(pieces, func(p []fixed.Point26_6) bool { return len(p) > 1 && p[0] == loop[len(loop)-1] })
			if next < 0 {
				break
			}
			loop = append(loop, pieces[next][1:]...)
			pieces = slices.Delete(pieces, next, next+1)
		}
		if len(loop) > 3 {
			loops = append(loops, loop)
		}
	}
	return loops
}

func pathData(loops [][]fixed.Point26_6) string {
	var data strings.Builder
	for _, loop := range loops {
		loop = thin(loop)
		points := make([]string, len(loop))
		for i, p := range loop {
			points[i] = number(p.X) + " " + number(p.Y)
		}
		fmt.Fprintf(&data, "M%sz", strings.Join(slices.Compact(points), "L"))
	}
	return data.String()
}

// thin leaves out the points that a straight line passes by closer than
// anyone could see.
func thin(loop []fixed.Point26_6) []fixed.Point26_6 {
	const unseen = 0.008 * fine * 64
	kept := loop[:1:1]
	from := 0
	for i := 2; i < len(loop); i++ {
		if farthest(loop[from:i+1]) > unseen {
			kept = append(kept, loop[i-1])
			from = i - 1
		}
	}
	return append(kept, loop[len(loop)-1])
}

// farthest is the greatest distance of a point from the line between the first
// and the last one.
func farthest(points []fixed.Point26_6) float64 {
	first, last := points[0], points[len(points)-1]
	dx, dy := float64(last.X-first.X), float64(last.Y-first.Y)
	length := math.Hypot(dx, dy)
	most := 0.0
	for _, p := range points {
		x, y := float64(p.X-first.X), float64(p.Y-first.Y)
		distance := math.Hypot(x, y)
		if length > 0 {
			distance = math.Abs(dx*y-dy*x) / length
		}
		most = max(most, distance)
	}
	return most
}

func (r *recorder) GetPathExtent() fixed.Rectangle26_6 {
	return fixed.R(0, 0, grid*fine, grid*fine)
}
func (r *recorder) SetBounds(int, int)      {}
func (r *recorder) SetColor(any)            {}
func (r *recorder) SetWinding(bool)         {}
func (r *recorder) SetClip(image.Rectangle) {}

func number(v fixed.Int26_6) string {
	s := fmt.Sprintf("%.2f", float64(v)/64/fine)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
