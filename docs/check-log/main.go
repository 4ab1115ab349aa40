// Checks what a ktportal log hands out, with the Go project's own implementation of notes and trees
// (golang.org/x/mod/sumdb) and nothing of the portal's. What is said is true of the log with this vkey; where something
// is not, it ends with status 1.
//
//	main.go checkpoint VKEY checkpoint.txt
//	main.go entry VKEY entry.json entry.tlog-proof
//	main.go grown VKEY older-checkpoint.txt growth.txt
//	main.go folder VKEY folder
//	main.go export VKEY entries.proved.jsonl
package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader = "c2sp.org/tlog-proof@v1"
	height      = 8
	width       = 1 << height
)

func main() {
	arguments := os.Args[1:]
	commands := map[string]struct {
		files int
		run   func(vkey string, files []string) error
	}{
		"checkpoint": {1, checkpoint},
		"entry":      {2, entry},
		"grown":      {2, grown},
		"folder":     {1, folder},
		"export":     {1, export},
	}
	if len(arguments) > 1 {
		if command, known := commands[arguments[0]]; known && len(arguments) == 2+command.files {
			if err := command.run(arguments[1], arguments[2:]); err != nil {
				fmt.Fprintln(os.Stderr, "WRONG:", err)
				os.Exit(1)
			}
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: checkpoint|entry|grown|folder|export VKEY FILE…")
	os.Exit(2)
}

// checkpoint says how large the log was when the note was signed.
func checkpoint(vkey string, files []string) error {
	text, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(vkey, text)
	if err != nil {
		return err
	}
	fmt.Printf("good: signed over %d entries, root %s\n", tree.N, tree.Hash)
	return nil
}

// entry says that an entry, as it stands in a file, is in the log.
func entry(vkey string, files []string) error {
	leaf, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	text, err := os.ReadFile(files[1])
	if err != nil {
		return err
	}
	index, tree, err := included(leaf, string(text), func(signed string) (tlog.Tree, error) {
		return openCheckpoint(vkey, []byte(signed))
	})
	if err != nil {
		return err
	}
	fmt.Printf("good: the entry is number %d of the %d in the log\n", index+1, tree.N)
	return nil
}

// included says where in which tree an entry is, by its proof.
func included(leaf []byte, text string, open func(signed string) (tlog.Tree, error)) (int64, tlog.Tree, error) {
	above, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(above, "\n")
	if !found || lines[0] != proofHeader {
		return 0, tlog.Tree{}, errors.New("this is no tlog-proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := number(lines, "index ")
	if err != nil {
		return 0, tlog.Tree{}, err
	}
	proof, err := hashes(lines[1:])
	if err != nil {
		return 0, tlog.Tree{}, err
	}
	tree, err := open(signed)
	if err != nil {
		return 0, tlog.Tree{}, err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return 0, tlog.Tree{}, err
	}
	return index, tree, inItsPlace(leaf, index)
}

// export says that entries, each with its proof in its line, are in their logs, and whether they are all of a log. The
// vkey may be that of any log of the portal: all are signed with the same key, each under the name of its own.
func export(vkey string, files []string) error {
	file, err := os.Open(files[0])
	if err != nil {
		return err
	}
	defer file.Close()
	trees, found, unproved := map[string]tlog.Tree{}, map[string]map[int64]bool{}, map[string]int{}
	open := func(signed string) (tlog.Tree, error) {
		if tree, known := trees[signed]; known {
			return tree, nil
		}
		name, _, _ := strings.Cut(signed, "\n")
		named, err := ofLog(vkey, name)
		if err != nil {
			return tlog.Tree{}, err
		}
		tree, err := openCheckpoint(named, []byte(signed))
		if err == nil {
			trees[signed], found[signed] = tree, map[int64]bool{}
		}
		return tree, err
	}
	reader := bufio.NewReader(file)
	for at := 1; ; at++ {
		text, err := reader.ReadBytes('\n')
		if len(text) == 0 && err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("line %d: the file ends within it, or cannot be read: %w", at, err)
		}
		var line struct{ Entry, Proof, Unproved string }
		if err := json.Unmarshal(text, &line); err != nil {
			return fmt.Errorf("line %d: %w", at, err)
		}
		if line.Proof == "" {
			unproved[line.Unproved]++
			continue
		}
		index, _, err := included([]byte(line.Entry), line.Proof, open)
		if err != nil {
			return fmt.Errorf("line %d: %w", at, err)
		}
		_, signed, _ := strings.Cut(line.Proof, "\n\n")
		found[signed][index] = true
	}
	told := []string{}
	for signed, tree := range trees {
		name, _, _ := strings.Cut(signed, "\n")
		if count := int64(len(found[signed])); count == tree.N {
			told = append(told, fmt.Sprintf("good: all %d entries of %s are here, as they were signed; none was left out", tree.N, name))
		} else {
			told = append(told, fmt.Sprintf("good: %d of the %d entries of %s are here, as they were signed", count, tree.N, name))
		}
	}
	for why, count := range unproved {
		told = append(told, fmt.Sprintf("%d without a proof: %s", count, why))
	}
	sort.Strings(told)
	fmt.Println(strings.Join(told, "\n"))
	return nil
}

// ofLog is the vkey of a log by that of another one of the same portal.
func ofLog(vkey, name string) (string, error) {
	if _, err := note.NewVerifier(vkey); err != nil {
		return "", err
	}
	key, err := base64.StdEncoding.DecodeString(strings.SplitN(vkey, "+", 3)[2])
	if err != nil {
		return "", err
	}
	return note.NewEd25519VerifierKey(name, ed25519.PublicKey(key[1:]))
}

// grown says that the log of an older checkpoint has only grown until the newer one, which stands in the proof.
func grown(vkey string, files []string) error {
	text, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	older, err := openCheckpoint(vkey, text)
	if err != nil {
		return err
	}
	text, err = os.ReadFile(files[1])
	if err != nil {
		return err
	}
	above, signed, found := strings.Cut(string(text), "\n\n")
	if !found {
		return errors.New("this is no proof of growth")
	}
	lines := strings.Split(above, "\n")
	size, err := number(lines, "old ")
	if err != nil {
		return err
	}
	if size != older.N {
		return fmt.Errorf("the proof begins at %d entries, the checkpoint at %d", size, older.N)
	}
	proof, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	newer, err := openCheckpoint(vkey, []byte(signed))
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(tlog.TreeProof(proof), newer.N, newer.Hash, older.N, older.Hash); err != nil {
		return err
	}
	fmt.Printf("good: the %d entries are the first of the %d\n", older.N, newer.N)
	return nil
}

// folder says that the tiles of a whole log lead to its checkpoint, and that its entries lead to the tiles.
func folder(vkey string, files []string) error {
	text, err := os.ReadFile(filepath.Join(files[0], "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(vkey, text)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, &tiles{folder: files[0]})
	withEntry := int64(0)
	for begin := int64(0); begin < tree.N; begin += width {
		end := begin + width
		if end > tree.N {
			end = tree.N
		}
		indexes := make([]int64, 0, width)
		for at := begin; at < end; at++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, at))
		}
		leaves, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		bundle, err := os.ReadFile(filepath.Join(files[0], tilePath("entries", begin/width, int(end-begin))))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for place, leaf := range leaves {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("the bundle with entry %d is too short", begin+int64(place)+1)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:2+length]) != leaf {
				return fmt.Errorf("entry %d is not what was signed", begin+int64(place)+1)
			}
			if err := inItsPlace(bundle[2:2+length], begin+int64(place)); err != nil {
				return err
			}
			bundle = bundle[2+length:]
			withEntry++
		}
	}
	fmt.Printf("good: the tree of %d entries is the one that was signed; %d entries themselves are in the folder\n", tree.N, withEntry)
	return nil
}

// inItsPlace says whether an entry of a client account stands where its number says: then none was left out before it.
func inItsPlace(leaf []byte, index int64) error {
	var entry struct {
		Number *int64 `json:"account_number"`
	}
	if err := json.Unmarshal(leaf, &entry); err != nil {
		return err
	}
	if entry.Number != nil && *entry.Number != index+1 {
		return fmt.Errorf("the entry is the client account's number %d and stands at %d", *entry.Number, index+1)
	}
	return nil
}

func openCheckpoint(vkey string, text []byte) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("this is no checkpoint of the log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func number(lines []string, prefix string) (int64, error) {
	if len(lines) == 0 || !strings.HasPrefix(lines[0], prefix) {
		return 0, fmt.Errorf("a line beginning with %q is missing", prefix)
	}
	return strconv.ParseInt(strings.TrimPrefix(lines[0], prefix), 10, 64)
}

func hashes(lines []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(lines))
	for _, line := range lines {
		data, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(data) != tlog.HashSize {
			return nil, fmt.Errorf("%q is no hash", line)
		}
		var hash tlog.Hash
		copy(hash[:], data)
		found = append(found, hash)
	}
	return found, nil
}

// tiles reads those of a folder as https://c2sp.org/tlog-tiles names them.
type tiles struct{ folder string }

func (t *tiles) Height() int { return height }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for at, tile := range wanted {
		path := filepath.Join(t.folder, tilePath(strconv.Itoa(tile.L), tile.N, tile.W))
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		found[at] = data
	}
	return found, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func tilePath(level string, index int64, count int) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if count < width {
		path = fmt.Sprintf("%s.p/%d", path, count)
	}
	return filepath.Join("tile", level, path)
}
