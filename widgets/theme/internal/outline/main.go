// Command outline converts SVG icons made of strokes into icons made of filled
// paths. Fyne tints an icon by replacing its fill colours only, so strokes would not
// follow the theme.
//
// Usage:
//
//	outline SOURCE-DIR TARGET-DIR
//
// It converts every .svg file in SOURCE-DIR to a file of the same name in
// TARGET-DIR.
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

const (
	grid = 24 // width and height of an icon
	// scale is the factor by which an icon is enlarged before its curves are
	// flattened to lines, so that they look round at every size.
	scale = 4
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
	icon.SetTarget(0, 0, grid*scale, grid*scale)
	for i := range icon.SVGPaths {
		icon.SVGPaths[i].LineWidth *= scale // SetTarget does not scale line widths
	}
	rec := &recorder{}
	icon.Draw(rasterx.NewDasher(grid*scale, grid*scale, rec), 1)
	svg := fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">%s</svg>\n", grid, grid, rec.paths.String())
	return os.WriteFile(target, []byte(svg), 0o644)
}

// recorder is a rasterx.Scanner that records the filled shapes as SVG paths instead
// of rasterizing them.
type recorder struct {
	paths strings.Builder
	lines [][]fixed.Point26_6 // polylines of the current shape
}

// Start implements [rasterx.Adder].
func (r *recorder) Start(p fixed.Point26_6) {
	r.lines = append(r.lines, []fixed.Point26_6{p})
}

// Line implements [rasterx.Adder].
func (r *recorder) Line(p fixed.Point26_6) {
	last := &r.lines[len(r.lines)-1]
	if p != (*last)[len(*last)-1] {
		*last = append(*last, p)
	}
}

// Clear implements [rasterx.Scanner].
func (r *recorder) Clear() { r.lines = nil }

// Draw implements [rasterx.Scanner]. It writes the current shape.
func (r *recorder) Draw() {
	if loops := join(r.lines); len(loops) > 0 {
		fmt.Fprintf(&r.paths, "<path d=\"%s\"/>", pathData(loops))
	}
}

// join connects polylines whose ends meet into closed loops. The stroker draws both
// sides and the caps of a line as separate polylines.
func join(lines [][]fixed.Point26_6) [][]fixed.Point26_6 {
	var loops [][]fixed.Point26_6
	for len(lines) > 0 {
		loop := lines[0]
		lines = lines[1:]
		for loop[0] != loop[len(loop)-1] {
			next := slices.IndexFunc(lines, func(l []fixed.Point26_6) bool { return len(l) > 1 && l[0] == loop[len(loop)-1] })
			if next < 0 {
				break
			}
			loop = append(loop, lines[next][1:]...)
			lines = slices.Delete(lines, next, next+1)
		}
		if len(loop) > 3 {
			loops = append(loops, loop)
		}
	}
	return loops
}

// pathData returns the d attribute of a path of closed loops.
func pathData(loops [][]fixed.Point26_6) string {
	var data strings.Builder
	for _, loop := range loops {
		loop = simplify(loop)
		points := make([]string, len(loop))
		for i, p := range loop {
			points[i] = number(p.X) + " " + number(p.Y)
		}
		fmt.Fprintf(&data, "M%sz", strings.Join(slices.Compact(points), "L"))
	}
	return data.String()
}

// simplify removes points that are within 0.008 units of the icon of a line between
// the remaining ones.
func simplify(loop []fixed.Point26_6) []fixed.Point26_6 {
	const tolerance = 0.008 * scale * 64 // in 26.6 fixed point
	result := loop[:1:1]
	from := 0
	for i := 2; i < len(loop); i++ {
		if maxDistance(loop[from:i+1]) > tolerance {
			result = append(result, loop[i-1])
			from = i - 1
		}
	}
	return append(result, loop[len(loop)-1])
}

// maxDistance returns the greatest distance of a point from the line between the
// first and the last one.
func maxDistance(points []fixed.Point26_6) float64 {
	first, last := points[0], points[len(points)-1]
	dx, dy := float64(last.X-first.X), float64(last.Y-first.Y)
	length := math.Hypot(dx, dy)
	result := 0.0
	for _, p := range points {
		x, y := float64(p.X-first.X), float64(p.Y-first.Y)
		distance := math.Hypot(x, y)
		if length > 0 {
			distance = math.Abs(dx*y-dy*x) / length
		}
		result = max(result, distance)
	}
	return result
}

// GetPathExtent implements [rasterx.Scanner].
func (r *recorder) GetPathExtent() fixed.Rectangle26_6 {
	return fixed.R(0, 0, grid*scale, grid*scale)
}

// SetBounds implements [rasterx.Scanner].
func (r *recorder) SetBounds(int, int) {}

// SetColor implements [rasterx.Scanner].
func (r *recorder) SetColor(any) {}

// SetWinding implements [rasterx.Scanner].
func (r *recorder) SetWinding(bool) {}

// SetClip implements [rasterx.Scanner].
func (r *recorder) SetClip(image.Rectangle) {}

// number formats a coordinate in units of the icon.
func number(v fixed.Int26_6) string {
	s := fmt.Sprintf("%.2f", float64(v)/64/scale)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
