"""A song's sections as values, out of two of its facts: `intro 1, verse 5` and `0.3, 0.7`. A frozen copy."""

import json
from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE song ADD COLUMN sections TEXT NOT NULL DEFAULT '[]'")
    for code, text in db.execute_sql("SELECT code, facts FROM song WHERE facts LIKE '%\"sections\"%'").fetchall():
        facts = json.loads(text)
        sections = parse_sections(facts)
        if sections:
            kept = {name: value for name, value in facts.items() if name not in ("sections", "energies")}
            values = (json.dumps(sections), json.dumps(kept, sort_keys=True), code)
            db.execute_sql("UPDATE song SET sections = ?, facts = ? WHERE code = ?", values)


def parse_sections(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Nothing where the facts are written in any other way: they were not ours, and stay what they are."""
    energies = str(facts.get("energies", "")).split(", ")
    sections = []
    for index, part in enumerate(str(facts.get("sections", "")).split(", ")):
        name, _, bar = part.rpartition(" ")
        if not name or not bar.isdecimal():
            return []
        energy = parse_energy(energies[index]) if index < len(energies) else None
        sections.append({"name": name, "bar": int(bar), "energy": energy})
    return sections


def parse_energy(text: str) -> float | None:
    try:
        energy = float(text)
    except ValueError:
        return None
    return energy if 0.0 <= energy <= 1.0 else None
