import { measure } from "./kernel.mjs";
const PAWN = 1, KNIGHT = 2, BISHOP = 3, ROOK = 4, QUEEN = 5, KING = 6;
const jumps = Int8Array.of(-33, -31, -18, -14, 14, 18, 31, 33), steps = Int8Array.of(-17, -15, 15, 17, -16, -1, 1, 16);
const kept = new Int8Array(128).fill(15);
let first, games;
class Position {
    constructor(board, side, castling, passant, white, black) {
        this.board = board; this.side = side; this.castling = castling; this.passant = passant;
        this.white = white; this.black = black;
    }
    become(other) {
        this.board.set(other.board); this.side = other.side; this.castling = other.castling; this.passant = other.passant;
        this.white = other.white; this.black = other.black;
    }
}
function setup() {
    const board = new Int8Array(128), names = ".pnbrqk";
    let square = 112;
    for (const c of "r3k2rp1ppqpb1bn2pnp13PN31p2P32N2Q1pPPPBBPPPR3K2R") {
        if (c >= "1" && c <= "8") square += Number(c);
        else board[square++] = c >= "a" ? -names.indexOf(c) : names.indexOf(c.toLowerCase());
        if (square & 8) square -= 24;
    }
    first = new Position(board, 1, 15, -1, 4, 116);
    kept[0] = 13; kept[7] = 14; kept[4] = 12; kept[112] = 7; kept[119] = 11; kept[116] = 3;
}
function attacked(p, square, by) {
    const board = p.board;
    for (let i = 0; i < 8; i++) {
        let at = square + jumps[i];
        if (!(at & 0x88) && board[at] === by * KNIGHT) return true;
        at = square + steps[i];
        if (!(at & 0x88) && board[at] === by * KING) return true;
        const straight = i < 4 ? BISHOP : ROOK;
        while (!(at & 0x88)) {
            const piece = board[at] * by;
            if (piece === straight || piece === QUEEN) return true;
            if (piece) break;
            at += steps[i];
        }
    }
    for (let side = -1; side <= 1; side += 2) {
        const at = square - 16 * by + side;
        if (!(at & 0x88) && board[at] === by * PAWN) return true;
    }
    return false;
}
function addPawn(moves, count, from, to) {
    if (to >= 112 || to < 16) for (let piece = KNIGHT; piece <= QUEEN; piece++) moves[count++] = from | to << 8 | piece << 16;
    else moves[count++] = from | to << 8;
    return count;
}
function pawnMoves(p, from, moves, count) {
    const forward = 16 * p.side, to = from + forward;
    if (!p.board[to]) {
        count = addPawn(moves, count, from, to);
        if (from >> 4 === (p.side > 0 ? 1 : 6) && !p.board[to + forward]) moves[count++] = from | (to + forward) << 8;
    }
    for (let side = -1; side <= 1; side += 2) {
        const at = to + side;
        if (!(at & 0x88) && (p.board[at] * p.side < 0 || at === p.passant)) count = addPawn(moves, count, from, at);
    }
    return count;
}
function castlingMoves(p, from, moves, count) {
    const rights = p.side > 0 ? p.castling & 3 : p.castling >> 2, board = p.board;
    if (!rights || attacked(p, from, -p.side)) return count;
    if (rights & 1 && !board[from + 1] && !board[from + 2] && !attacked(p, from + 1, -p.side)) moves[count++] = from | (from + 2) << 8;
    if (rights & 2 && !board[from - 1] && !board[from - 2] && !board[from - 3] && !attacked(p, from - 1, -p.side))
        moves[count++] = from | (from - 2) << 8;
    return count;
}
function generate(p, moves) {
    let count = 0;
    for (let from = 0; from < 128; from = from + 9 & ~8) {
        const piece = p.board[from] * p.side;
        if (piece <= 0) continue;
        if (piece === PAWN) {
            count = pawnMoves(p, from, moves, count);
            continue;
        }
        const ways = piece === KNIGHT ? jumps : steps, last = piece === BISHOP ? 4 : 8;
        for (let i = piece === ROOK ? 4 : 0; i < last; i++)
            for (let at = from + ways[i]; !(at & 0x88); at += ways[i]) {
                if (p.board[at] * p.side > 0) break;
                moves[count++] = from | at << 8;
                if (p.board[at] || piece === KNIGHT || piece === KING) break;
            }
        if (piece === KING) count = castlingMoves(p, from, moves, count);
    }
    return count;
}
function make(p, move) {
    const from = move & 127, to = move >> 8 & 127, promoted = move >> 16, board = p.board, piece = board[from] * p.side;
    board[to] = promoted ? promoted * p.side : board[from];
    board[from] = 0;
    if (piece === PAWN && to === p.passant) board[to - 16 * p.side] = 0;
    p.passant = piece === PAWN && Math.abs(to - from) === 32 ? (from + to) >> 1 : -1;
    if (piece === KING) {
        if (p.side > 0) p.white = to; else p.black = to;
        if (to - from === 2) { board[to - 1] = board[to + 1]; board[to + 1] = 0; }
        if (from - to === 2) { board[to + 1] = board[to - 2]; board[to - 2] = 0; }
    }
    p.castling &= kept[from] & kept[to];
    p.side = -p.side;
}
const lists = Array.from({ length: 16 }, () => new Int32Array(256));
const positions = lists.map(() => new Position(new Int8Array(128), 0, 0, 0, 0, 0));
function perft(p, depth) {
    const moves = lists[depth], next = positions[depth], count = generate(p, moves);
    let found = 0;
    for (let i = 0; i < count; i++) {
        next.become(p);
        make(next, moves[i]);
        if (attacked(next, p.side > 0 ? next.white : next.black, next.side)) continue;
        found += depth > 1 ? perft(next, depth - 1) : 1;
    }
    return found;
}
measure({ size: 4, setup, run: (n) => { games = perft(first, n); }, checksum: () => games });
