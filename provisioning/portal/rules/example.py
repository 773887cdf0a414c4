"""An example to begin with: to be replaced by what the town decided, and by the norms in force.

Norms and savings are those of the Participatiewet on 1 January 2024, for 21 years up to pension, without holiday
pay, as municipalities published them. Postcodes, ages and amounts are nobody's.
"""

from provisioning.portal.rules.judging import Area, Band, ByLiving, Conditions

EXAMPLE = Conditions(
    percent=120,
    norms=ByLiving(alone=121_964, together=174_234),
    source="Example: Participatiewet, 1 January 2024, without holiday pay. Replace by the norms in force.",
    savings=ByLiving(alone=1_515_000, together=1_515_000),
    areas=(Area(first=1000, last=9999),),
    bands=(Band(youngest=4, oldest=11, cents=30_000), Band(youngest=12, oldest=17, cents=40_000)),
)
