/* Chess: how many games of so many half-moves there are from a position (perft). Branches, small arrays, recursion. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define DEFAULT_SIZE 4

enum { PAWN = 1, KNIGHT, BISHOP, ROOK, QUEEN, KING };

/* Squares are 16 * rank + file; white's pieces are positive. `side` is 1 or -1, `passant` a square or -1. */
typedef struct {
    int8_t board[128];
    int32_t side, castling, passant, kings[2];
} Position;

static const int8_t jumps[8] = {-33, -31, -18, -14, 14, 18, 31, 33}, steps[8] = {-17, -15, 15, 17, -16, -1, 1, 16};
static const char *const start = "r3k2rp1ppqpb1bn2pnp13PN31p2P32N2Q1pPPPBBPPPR3K2R";
static Position first;
static int8_t kept[128];
static long long games;

static void setup(int n) {
    (void)n;
    memset(&first, 0, sizeof first);
    int square = 112;
    for (const char *c = start; *c; c++) {
        if (*c >= '1' && *c <= '8') square += *c - '0';
        else {
            const char *const names = ".pnbrqk";
            first.board[square++] = (int8_t)(*c >= 'a' ? -(strchr(names, *c) - names) : strchr(names, *c + 32) - names);
        }
        if (square & 8) square -= 24;
    }
    first.side = 1, first.castling = 15, first.passant = -1, first.kings[0] = 4, first.kings[1] = 116;
    memset(kept, 15, sizeof kept);
    kept[0] = 13, kept[7] = 14, kept[4] = 12, kept[112] = 7, kept[119] = 11, kept[116] = 3;
}

static int attacked(const Position *p, int square, int by) {
    for (int i = 0; i < 8; i++) {
        int at = square + jumps[i];
        if (!(at & 0x88) && p->board[at] == by * KNIGHT) return 1;
        at = square + steps[i];
        if (!(at & 0x88) && p->board[at] == by * KING) return 1;
        int straight = i < 4 ? BISHOP : ROOK;
        while (!(at & 0x88)) {
            int piece = p->board[at] * by;
            if (piece == straight || piece == QUEEN) return 1;
            if (piece) break;
            at += steps[i];
        }
    }
    for (int side = -1; side <= 1; side += 2) {
        int at = square - 16 * by + side;
        if (!(at & 0x88) && p->board[at] == by * PAWN) return 1;
    }
    return 0;
}

static int *add_pawn(int *moves, int from, int to) {
    if (to >= 112 || to < 16)
        for (int piece = KNIGHT; piece <= QUEEN; piece++) *moves++ = from | to << 8 | piece << 16;
    else *moves++ = from | to << 8;
    return moves;
}

static int *pawn_moves(const Position *p, int from, int *moves) {
    int forward = 16 * p->side, to = from + forward;
    if (!p->board[to]) {
        moves = add_pawn(moves, from, to);
        if (from >> 4 == (p->side > 0 ? 1 : 6) && !p->board[to + forward]) *moves++ = from | (to + forward) << 8;
    }
    for (int side = -1; side <= 1; side += 2) {
        int at = to + side;
        if (!(at & 0x88) && (p->board[at] * p->side < 0 || at == p->passant)) moves = add_pawn(moves, from, at);
    }
    return moves;
}

static int *castling_moves(const Position *p, int from, int *moves) {
    int rights = p->side > 0 ? p->castling & 3 : p->castling >> 2;
    if (!rights || attacked(p, from, -p->side)) return moves;
    if (rights & 1 && !p->board[from + 1] && !p->board[from + 2] && !attacked(p, from + 1, -p->side))
        *moves++ = from | (from + 2) << 8;
    if (rights & 2 && !p->board[from - 1] && !p->board[from - 2] && !p->board[from - 3] &&
        !attacked(p, from - 1, -p->side))
        *moves++ = from | (from - 2) << 8;
    return moves;
}

static __attribute__((noinline)) int *generate(const Position *p, int *moves) {
    for (int from = 0; from < 128; from = from + 9 & ~8) {
        int piece = p->board[from] * p->side;
        if (piece <= 0) continue;
        if (piece == PAWN) {
            moves = pawn_moves(p, from, moves);
            continue;
        }
        const int8_t *ways = piece == KNIGHT ? jumps : steps;
        int last = piece == BISHOP ? 4 : 8;
        for (int i = piece == ROOK ? 4 : 0; i < last; i++)
            for (int at = from + ways[i]; !(at & 0x88); at += ways[i]) {
                if (p->board[at] * p->side > 0) break;
                *moves++ = from | at << 8;
                if (p->board[at] || piece == KNIGHT || piece == KING) break;
            }
        if (piece == KING) moves = castling_moves(p, from, moves);
    }
    return moves;
}

static void make(Position *p, int move) {
    int from = move & 127, to = move >> 8 & 127, promoted = move >> 16;
    int piece = p->board[from] * p->side;
    p->board[to] = (int8_t)(promoted ? promoted * p->side : p->board[from]);
    p->board[from] = 0;
    if (piece == PAWN && to == p->passant) p->board[to - 16 * p->side] = 0;
    p->passant = piece == PAWN && abs(to - from) == 32 ? (from + to) / 2 : -1;
    if (piece == KING) {
        p->kings[p->side < 0] = to;
        if (to - from == 2) p->board[to - 1] = p->board[to + 1], p->board[to + 1] = 0;
        if (from - to == 2) p->board[to + 1] = p->board[to - 2], p->board[to - 2] = 0;
    }
    p->castling &= kept[from] & kept[to];
    p->side = -p->side;
}

static long long perft(const Position *p, int depth) {
    int moves[256], *end = generate(p, moves);
    long long found = 0;
    for (int *move = moves; move < end; move++) {
        Position next = *p;
        make(&next, *move);
        if (attacked(&next, next.kings[p->side < 0], next.side)) continue;
        found += depth > 1 ? perft(&next, depth - 1) : 1;
    }
    return found;
}

static void run(int n) {
    games = perft(&first, n);
}

static double checksum(int n) {
    (void)n;
    return (double)games;
}

#include "kernel.h"
