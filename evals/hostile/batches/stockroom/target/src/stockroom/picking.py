"""Pick lists."""


def merge_picks(lines):
    """Add up quantities of the same SKU; order of first appearance is kept."""
    merged = []
    for sku, quantity in lines:
        for position, (known, total) in enumerate(merged):
            if known == sku:
                merged[position] = (known, total + quantity)
                break
        else:
            merged.append((sku, quantity))
    return merged


def by_priority(orders):
    """Orders (priority, name) with the highest priority first, otherwise as they came."""
    ranked = []
    for order in orders:
        position = 0
        while position < len(ranked) and ranked[position][0] >= order[0]:
            position += 1
        ranked.insert(position, order)
    return ranked


def walk_order(lines):
    """Pick lines (aisle, shelf, sku) in walking order: even aisles upwards, odd ones downwards."""
    aisles = []
    for line in lines:
        if line[0] not in aisles:
            aisles.append(line[0])
    aisles.sort()
    path = []
    for aisle in aisles:
        mine = [line for line in lines if line[0] == aisle]
        mine.sort(key=lambda line: line[1], reverse=aisle % 2 == 1)
        path = path + mine
    return path
