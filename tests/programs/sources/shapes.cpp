// Ordinary C++ without exceptions: containers, strings, streams, virtual calls, closures, templates, static objects.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct Announcer {
    const char *name;
    explicit Announcer(const char *n) : name(n) { std::printf("made %s\n", name); }
    ~Announcer() { std::printf("dropped %s\n", name); }
};

Announcer first("static object");

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
    virtual std::string name() const = 0;
};

struct Circle : Shape {
    double r;
    explicit Circle(double radius) : r(radius) {}
    double area() const override { return std::acos(-1.0) * r * r; }
    std::string name() const override { return "circle"; }
};

struct Rectangle : Shape {
    double a, b;
    Rectangle(double width, double height) : a(width), b(height) {}
    double area() const override { return a * b; }
    std::string name() const override { return a == b ? "square" : "rectangle"; }
};

template <std::size_t N> struct Matrix {
    std::array<std::array<std::uint64_t, N>, N> m{};
    static Matrix identity() {
        Matrix r;
        for (std::size_t i = 0; i < N; i++) r.m[i][i] = 1;
        return r;
    }
    Matrix operator*(const Matrix &o) const {
        Matrix r;
        for (std::size_t i = 0; i < N; i++)
            for (std::size_t j = 0; j < N; j++)
                for (std::size_t k = 0; k < N; k++) r.m[i][j] += m[i][k] * o.m[k][j];
        return r;
    }
};

std::uint64_t fibonacci(unsigned n) {
    Matrix<2> base, result = Matrix<2>::identity();
    base.m = {{{1, 1}, {1, 0}}};
    for (; n; n >>= 1, base = base * base)
        if (n & 1) result = result * base;
    return result.m[0][1];
}

void print_shapes() {
    std::vector<std::unique_ptr<Shape>> shapes;
    for (int i = 1; i <= 6; i++) {
        if (i % 2)
            shapes.push_back(std::make_unique<Circle>(i * 0.5));
        else
            shapes.push_back(std::make_unique<Rectangle>(i, i % 4 ? i : i + 1));
    }
    std::sort(shapes.begin(), shapes.end(), [](const auto &x, const auto &y) { return x->area() > y->area(); });
    for (const auto &shape : shapes)
        std::cout << std::setw(10) << shape->name() << ' ' << std::setprecision(12) << shape->area() << '\n';
}

void print_counts(const std::string &text) {
    std::map<char, int> letters;
    std::unordered_map<std::string, int> words;
    std::istringstream in(text);
    for (std::string word; in >> word; words[word]++)
        for (char c : word) letters[c]++;
    for (auto [letter, count] : letters) std::cout << letter << count << ' ';
    std::cout << "| " << words.size() << " words\n";
}

void print_primes() {
    std::vector<int> sieve(2000);
    std::iota(sieve.begin(), sieve.end(), 0);
    std::function<bool(int)> composite = [](int n) {
        for (int d = 2; d * d <= n; d++)
            if (n % d == 0) return true;
        return n < 2;
    };
    sieve.erase(std::remove_if(sieve.begin(), sieve.end(), composite), sieve.end());
    std::cout << sieve.size() << " primes, sum " << std::accumulate(sieve.begin(), sieve.end(), std::int64_t{0}) << '\n';
}

}  // namespace

int main(int argc, char **argv) {
    Announcer second("local object");
    std::ios::sync_with_stdio(true);
    print_shapes();
    for (unsigned n : {1u, 10u, 50u, 90u}) std::cout << "fib(" << n << ") = " << fibonacci(n) << '\n';
    print_primes();
    std::string line, text;
    while (std::getline(std::cin, line)) text += line + ' ';
    print_counts(text);
    for (int i = 1; i < argc; i++) std::cout << std::quoted(argv[i]) << '\n';
    std::cerr << "finished" << std::endl;
    return 3;
}
