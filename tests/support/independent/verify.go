// Command verify checks a log and receipts with golang.org/x/mod/sumdb: the Go team's notes, Merkle proofs and tiles.
//
//	verify LOG_URL LOG_VKEY WITNESS_VKEY RECEIPT...
//
// Ours in here is what the formats leave to the application: what a leaf is computed from, how a receipt is laid out, the message
// of a cosignature. It prints one line for each thing that holds, and ends with status 1 at the first that does not.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	log.SetFlags(0)
	if len(os.Args) < 4 {
		log.Fatal("usage: verify LOG_URL LOG_VKEY WITNESS_VKEY RECEIPT...")
	}
	url, receipts := os.Args[1], os.Args[4:]
	logKey, err := note.NewVerifier(os.Args[2])
	check("log's key", err)
	witness, err := newWitness(os.Args[3])
	check("witness's key", err)
	verifiers := note.VerifierList(logKey, witness)

	now := open("checkpoint", must(get(url+"/checkpoint")), verifiers, logKey.Name())
	fmt.Printf("checkpoint %d %s\n", now.N, now.Hash)
	tiles := tlog.TileHashReader(now, served{url})
	for _, file := range receipts {
		data, err := os.ReadFile(file)
		check(file, err)
		index, leaf, proof, signed := parseReceipt(file, string(data))
		then := open(file, []byte(signed), verifiers, logKey.Name())
		check(file+": inclusion", tlog.CheckRecord(proof, then.N, then.Hash, index, leaf))
		fmt.Printf("receipt %d of %d\n", index, then.N)

		fresh, err := tlog.ProveRecord(now.N, index, tiles)
		check(file+": proof from tiles", err)
		check(file+": inclusion now", tlog.CheckRecord(fresh, now.N, now.Hash, index, leaf))
		grown, err := tlog.ProveTree(now.N, then.N, tiles)
		check(file+": consistency from tiles", err)
		check(file+": consistency", tlog.CheckTree(grown, now.N, now.Hash, then.N, then.Hash))
		fmt.Printf("consistent %d %d\n", then.N, now.N)
	}
}

// open verifies a checkpoint: both the log and the witness must have signed it.
func open(what string, data []byte, verifiers note.Verifiers, origin string) tlog.Tree {
	signed, err := note.Open(data, verifiers)
	check(what, err)
	if len(signed.Sigs) != 2 {
		log.Fatalf("%s: %d signatures of known keys", what, len(signed.Sigs))
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		log.Fatalf("%s: not a checkpoint of %s", what, origin)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(what, err)
	root, err := tlog.ParseHash(lines[2])
	check(what, err)
	return tlog.Tree{N: size, Hash: root}
}

func parseReceipt(what, text string) (int64, tlog.Hash, tlog.RecordProof, string) {
	head, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatalf("%s: not a tlog-proof", what)
	}
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	check(what, err)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	check(what, err)
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		check(what, err)
		proof = append(proof, hash)
	}
	var content struct {
		Salt   string
		Record json.RawMessage
	}
	check(what, json.Unmarshal(extra, &content))
	salt, err := base64.RawURLEncoding.DecodeString(content.Salt)
	check(what, err)
	commitment := sha256.Sum256(bytes.Join([][]byte{[]byte("mynumber record commitment v1\x00"), salt, content.Record}, nil))
	return index, tlog.RecordHash(commitment[:]), proof, signed
}

// served reads tiles over HTTP. TileHashReader checks each against the root before it uses it.
type served struct{ url string }

func (served) Height() int                     { return tileHeight }
func (served) SaveTiles([]tlog.Tile, [][]byte) {}

func (s served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// the paths of C2SP leave out the height, which is always 8
		data, err := get(s.url + "/tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// witness verifies cosignature/v1 (C2SP tlog-cosignature), which x/mod leaves to others.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(vkey string) (*witness, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a vkey")
	}
	id, err := hex.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(id) != 4 || len(key) != 33 || key[0] != 4 {
		return nil, fmt.Errorf("not the vkey of a witness: %v", err)
	}
	return &witness{parts[0], binary.BigEndian.Uint32(id), key[1:]}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	stated := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(stated), sig[8:])
}

func get(url string) ([]byte, error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}

func must(data []byte, err error) []byte {
	check("log", err)
	return data
}

func check(what string, err error) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}
