/** @file Inner products of the kernels, in AssemblyScript; addresses and lengths as `kernels.as.ts` has them. */

/** Inner product of 8-bit codes with a 16-bit query, exact in 32 bits for up to 512 elements. */
export function dotCode(code: usize, query: usize, end: usize): f32 {
  let low = i32x4.splat(0);
  let high = i32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const bytes = v128.load(code + at);
    low = i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(bytes), v128.load(query + (at << 1))));
    high = i32x4.add(
      high,
      i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(bytes), v128.load(query + (at << 1), 16)),
    );
  }
  return sumLanes(f32x4.convert_i32x4_s(i32x4.add(low, high)));
}

export function dotVector(left: usize, right: usize, end: usize): f32 {
  let first = f32x4.splat(0);
  let second = f32x4.splat(0);
  for (let at: usize = 0; at < end; at += 32) {
    first = f32x4.add(first, f32x4.mul(v128.load(left + at), v128.load(right + at)));
    second = f32x4.add(second, f32x4.mul(v128.load(left + at, 16), v128.load(right + at, 16)));
  }
  return sumLanes(f32x4.add(first, second));
}

function sumLanes(lanes: v128): f32 {
  const pairs = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** As `dotCode`; infinite where the code is at an end of its range, for what it stands for may lie beyond. */
export function mostByCode(code: usize, query: usize, end: usize): f32 {
  return isAtEnd(code, end) ? Infinity : dotCode(code, query, end);
}

function isAtEnd(code: usize, end: usize): bool {
  let most = i8x16.splat(0);
  for (let at: usize = 0; at < end; at += 16) most = i8x16.max_u(most, i8x16.abs(v128.load(code + at)));
  return v128.any_true(i8x16.eq(most, i8x16.splat(127)));
}
