import { measure } from "./kernel.mjs";
const bodies = [];
function setup() {
    bodies.length = 0;
    for (let i = 0; i < 5; i++) {
        const t = i * 1.7;
        bodies.push({ x: i * 5 * Math.cos(t), y: i * 5 * Math.sin(t), z: 0.1 * i, vx: -Math.sin(t), vy: Math.cos(t), vz: 0.01 * i,
            mass: i ? 0.03 / i : 39 });
    }
}
function advance(dt) {
    for (let i = 0; i < 5; i++) {
        const a = bodies[i];
        for (let j = i + 1; j < 5; j++) {
            const b = bodies[j], dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
            const d2 = dx * dx + dy * dy + dz * dz, force = dt / (d2 * Math.sqrt(d2)), fi = force * b.mass, fj = force * a.mass;
            a.vx -= dx * fi; a.vy -= dy * fi; a.vz -= dz * fi;
            b.vx += dx * fj; b.vy += dy * fj; b.vz += dz * fj;
        }
    }
    for (const b of bodies) { b.x += dt * b.vx; b.y += dt * b.vy; b.z += dt * b.vz; }
}
function run(n) { setup(); for (let i = 0; i < n; i++) advance(0.001); }
function checksum() { let sum = 0; for (const b of bodies) sum += b.x + 2 * b.y + 3 * b.z; return sum; }
measure({ size: 500000, setup, run, checksum });
